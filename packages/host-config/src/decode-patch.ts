import { parseBoolean } from '@device-supervisor/primitives';
import { isIPv4 } from 'node:net';
import * as z from 'zod';
import { HostConfigInvalidError, type HostConfigProblem } from './errors.ts';
import { PROXY_TYPES, type HostConfigPatch, type ProxyPatch } from './host-config.ts';
import { whyNoHostname } from './hostname.ts';
import { whyUnprintable } from './redsocks/print-value.ts';

export interface DecodedPatch {
  readonly patch: HostConfigPatch;
  /** Whether update locks are to be overridden. */
  readonly force: boolean;
}

/**
 * Reads the body of a request that changes the host's configuration. Unknown fields within `network` are faults:
 * a misspelt one would be ignored silently.
 *
 * @throws HostConfigInvalidError naming every field that cannot be used
 */
export function decodePatch(body: unknown): DecodedPatch {
  const parsed = Body.safeParse(body);
  if (!parsed.success) throw new HostConfigInvalidError(parsed.error.issues.flatMap(problemsOf));
  const { network, force = false } = parsed.data;
  const { proxy, hostname, force: forceInside = false } = network;
  return {
    patch: {
      ...(proxy === undefined ? {} : { proxy: proxyPatch(proxy) }),
      ...(hostname === undefined ? {} : { hostname: hostname ?? '' }),
    },
    force: force || forceInside,
  };
}

/** The server for `dns: true`. */
const DEFAULT_DNS = '8.8.8.8:53';

/** Characters; some proxies take a token as password. */
const MAX_CREDENTIAL = 4096;

const NOT_A_PORT = 'must be a whole number from 1 to 65535';
const NOT_DNS = 'must be true, false, or "ADDRESS:PORT" with an IPv4 address';

const Port = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value),
  z.int(NOT_A_PORT).min(1, NOT_A_PORT).max(65_535, NOT_A_PORT),
);

const ProxyAddress = z
  .string('must be a string')
  .refine(isProxyAddress, 'must be an IPv4 address or a host name (redsocks knows no IPv6)');

const Credential = z
  .string('must be a string, or null to remove it')
  .max(MAX_CREDENTIAL, `must not be longer than ${MAX_CREDENTIAL} characters`)
  .superRefine(refuse(whyUnprintable));

const NoProxy = z.array(
  z
    .string('must be a string')
    .refine(
      isWithoutProxy,
      'must be an IPv4 address, a subnet such as 10.0.0.0/8, or a host name such as registry.local',
    ),
  'must be an array of addresses, subnets and host names, or [] to remove them',
);

const Dns = z.union([z.boolean(), z.string().refine(isServer, NOT_DNS)], NOT_DNS);

const Proxy = z.strictObject(
  {
    type: z.enum(PROXY_TYPES, `must be one of ${PROXY_TYPES.join(', ')}`).exactOptional(),
    ip: ProxyAddress.exactOptional(),
    port: Port.exactOptional(),
    login: Credential.nullable().exactOptional(),
    password: Credential.nullable().exactOptional(),
    noProxy: NoProxy.nullable().exactOptional(),
    dns: Dns.nullable().exactOptional(),
  },
  'must be an object, or null to remove the proxy',
);

const Hostname = z
  .string('must be a string, or "" for the default')
  .superRefine(refuse((value) => (value === '' ? null : whyNoHostname(value))));

/** Any spelling of a boolean that clients of the API use. */
const Flag = z.preprocess((value) => parseBoolean(value) ?? value, z.boolean('must be true or false'));

const Network = z.strictObject(
  {
    proxy: Proxy.nullable().exactOptional(),
    hostname: Hostname.nullable().exactOptional(),
    force: Flag.exactOptional(),
  },
  'must be an object with proxy, hostname or both',
);

const Body = z.object(
  { network: Network, force: Flag.exactOptional() },
  'must be a JSON object such as {"network":{"hostname":"my-device"}}',
);

function proxyPatch(given: z.infer<typeof Proxy> | null): ProxyPatch | null {
  if (given === null || Object.keys(given).length === 0) return null;
  const { noProxy, dns, ...settings } = given;
  return {
    ...settings,
    ...(dns === undefined ? {} : { dns: dns === true ? DEFAULT_DNS : dns === false ? null : dns }),
    ...(noProxy === undefined ? {} : { noProxy: noProxy ?? [] }),
  };
}

function refuse(reasonOf: (value: string) => string | null): (value: string, context: z.RefinementCtx) => void {
  return (value, context) => {
    const reason = reasonOf(value);
    if (reason !== null) context.addIssue({ code: 'custom', message: `must ${reason}` });
  };
}

/** A name is the resolver's matter, but one in figures would be read as an address, of whatever form. */
function isProxyAddress(text: string): boolean {
  return isIPv4(text) || (text.length <= 253 && /^\w[\w-]*(?:\.[\w-]+)*$/.test(text) && !/(?:^|\.)\d+$/.test(text));
}

/** Files of some devices name whole domains (`.local`, `*.local`); PATCH accepts everything that GET returns. */
function isWithoutProxy(text: string): boolean {
  return isSubnet(text) || isProxyAddress(text.replace(/^\*?\./, ''));
}

/** As iptables takes it, which the host gives it to. */
function isSubnet(text: string): boolean {
  const [address = '', mask, ...rest] = text.split('/');
  if (!isIPv4(address) || rest.length > 0) return false;
  return mask === undefined || isIPv4(mask) || (/^\d{1,2}$/.test(mask) && Number(mask) <= 32);
}

function isServer(text: string): boolean {
  const [address = '', port = '', ...rest] = text.split(':');
  return isIPv4(address) && rest.length === 0 && /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535;
}

function problemsOf(issue: z.core.$ZodIssue): readonly HostConfigProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ field: fieldName(issue.path), message: issue.message }];
  const known = issue.path.length > 1 ? Proxy.keyof().options : Network.keyof().options;
  return issue.keys.map((key) => ({
    field: fieldName([...issue.path, key]),
    message: `cannot be set; what can be is ${known.join(', ')}`,
  }));
}

function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the body';
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1);
}

import { tryParseJson } from '@device-supervisor/primitives';
import { parseArgs } from 'node:util';
import { SupervisorError } from '@device-supervisor/errors';

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'get'; readonly json: boolean }
  | { readonly name: 'patch'; readonly json: boolean; readonly force: boolean; readonly body: PatchBody };

/** A body of the API, or that it is to be read from standard input. */
export type PatchBody = { readonly source: 'arguments'; readonly body: unknown } | { readonly source: 'stdin' };

/** The command line cannot be understood. */
export class UsageError extends SupervisorError<'USAGE'> {
  constructor(message: string) {
    super('USAGE', message, { details: {}, hint: 'See host-config --help' });
  }
}

export const HELP = `Usage: host-config get [--json]
       host-config patch [--force] [--json] FIELD=VALUE…
       host-config patch [--force] [--json] JSON
       host-config patch [--force] [--json] -

Shows and changes the proxy and the host name of this device.

  get      shows them, as GET /v1/device/host-config of the supervisor does
  patch    changes what is named, keeps all else, and restarts what brings it into effect

FIELD is one of these; nothing as VALUE removes it:
  hostname          the name of the device
  proxy             only to be removed
  proxy.type        socks4, socks5, http-connect or http-relay
  proxy.ip          IPv4 address or name of the proxy
  proxy.port        1 to 65535
  proxy.login       user name
  proxy.password    password; others on this machine can see it: rather use -
  proxy.noProxy     addresses and subnets that are reached directly, separated by commas
  proxy.dns         true, false or ADDRESS:PORT: where DNS queries are sent to, over TCP

JSON is the body of PATCH /v1/device/host-config, e.g. {"network":{"hostname":"my-device"}}; - reads it from standard
input.

  --force    override the update locks of services
  --json     print JSON
  --help     show this

Exit code: 0 done, 1 failed, 2 not understood or refused, 3 locked, 4 stored but not in effect.
`;

/** @throws UsageError */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const { json, force, help } = values;
  const [name, ...rest] = positionals;
  if (help) return { name: 'help' };
  switch (name) {
    case 'get':
      if (rest.length > 0 || force) throw new UsageError('get takes no arguments but --json');
      return { name, json };
    case 'patch':
      return { name, json, force, body: patchBody(rest) };
    default:
      throw new UsageError(name === undefined ? 'no command is named' : `there is no command ${name}`);
  }
}

/** Reads a body of the API. @throws UsageError that does not quote it */
export function parseBody(text: string): unknown {
  const value = tryParseJson(text);
  if (value === undefined) throw new UsageError('the body is not JSON');
  return value;
}

const OPTIONS = {
  json: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function patchBody(args: readonly string[]): PatchBody {
  const [first] = args;
  if (first === undefined) throw new UsageError('patch takes fields, JSON, or - for standard input');
  if (args.length === 1 && first === '-') return { source: 'stdin' };
  if (args.length === 1 && first.trimStart().startsWith('{')) return { source: 'arguments', body: parseBody(first) };
  return { source: 'arguments', body: fieldsBody(args) };
}

/** How the text of a field becomes a value of the API; `''` removes it. */
const FIELDS: ReadonlyMap<string, (text: string) => unknown> = new Map<string, (text: string) => unknown>([
  ['hostname', (text) => text],
  ['proxy', removal('proxy')],
  ['proxy.type', (text) => text],
  ['proxy.ip', (text) => text],
  ['proxy.port', (text) => text],
  ['proxy.login', (text) => (text === '' ? null : text)],
  ['proxy.password', (text) => (text === '' ? null : text)],
  ['proxy.noProxy', (text) => (text === '' ? [] : text.split(',').map((entry) => entry.trim()))],
  ['proxy.dns', (text) => (text === '' || text === 'false' ? false : text === 'true' ? true : text)],
]);

function removal(field: string): (text: string) => null {
  return (text) => {
    if (text !== '') throw new UsageError(`${field} has fields of its own: set those, e.g. proxy.type=socks5`);
    return null;
  };
}

function fieldsBody(args: readonly string[]): unknown {
  const network = new Map<string, unknown>();
  const proxy = new Map<string, unknown>();
  for (const arg of args) {
    const [field = '', ...rest] = arg.split('=');
    const decode = FIELDS.get(field);
    if (decode === undefined || rest.length === 0) {
      throw new UsageError(`an argument is not FIELD=VALUE; fields are ${[...FIELDS.keys()].join(', ')}`);
    }
    const value = decode(rest.join('='));
    if (field.startsWith('proxy.')) proxy.set(field.slice('proxy.'.length), value);
    else network.set(field, value);
  }
  if (proxy.size > 0 && network.has('proxy')) throw new UsageError('the proxy cannot be removed and set at once');
  if (proxy.size > 0) network.set('proxy', Object.fromEntries(proxy));
  return { network: Object.fromEntries(network) };
}

import type { TargetApp, TargetRelease, TargetService } from '@device-supervisor/state';
import type { ContainerConfig, NetworkEndpoint, PortBinding } from '../container-config.ts';
import { readAddress, readMacAddress } from './addresses.ts';
import type { Features } from './feature-labels.ts';
import { FieldError } from './field-error.ts';
import { toMap } from './list-or-map.ts';
import { networkName, SUPERVISOR_NETWORK } from './names.ts';
import { ownEntry } from './own-entry.ts';
import { parseExposed, parsePort } from './parse-port.ts';
import { peerIn } from './peers.ts';
import { hasApi, type ReadContext } from './read-context.ts';

type NetworkingConfig = Pick<
  ContainerConfig,
  | 'networkMode'
  | 'networks'
  | 'portBindings'
  | 'exposedPorts'
  | 'hostname'
  | 'domainname'
  | 'dns'
  | 'dnsOptions'
  | 'dnsSearch'
  | 'extraHosts'
  | 'macAddress'
>;

export interface NetworkingContext extends ReadContext {
  readonly app: TargetApp;
  readonly release: TargetRelease;
  readonly features: Features;
}

interface Attachment {
  readonly networkMode: string;
  readonly networks: Readonly<Record<string, NetworkEndpoint>>;
  readonly networkOf: string | null;
  /** As the first network has it. */
  readonly macAddress?: string;
}

/** Of no use to a container that borrows a network stack. */
const NAMES_AND_PORTS = ['hostname', 'domainname', 'mac_address', 'ports', 'expose'] as const;
/** Fields that come from the container whose network stack is shared. */
const RESOLVER = ['dns', 'dns_opt', 'dns_search', 'extra_hosts'] as const;
const NO_ENDPOINT: NetworkEndpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };

/** The fields that say which networks the container is on, its names, and its ports. */
export function readNetworking(
  service: TargetService,
  context: NetworkingContext,
): { readonly config: NetworkingConfig; readonly networkOf: string | null } {
  const { composition } = service;
  const { findings } = context;
  const { networkMode, networks, networkOf, macAddress } = attach(service, context);
  const portBindings = sortPorts(findings.readEach('ports', composition.ports ?? [], (port) => parsePort(port)));
  const exposed = findings.readEach('expose', composition.expose ?? [], (port) => parseExposed(String(port)));
  // Whose network stack a container borrows, its names and ports it has too.
  const ownStack = networkMode !== 'host' && networkOf === null;
  const withoutEffect = ownStack ? [] : networkOf === null ? NAMES_AND_PORTS : [...NAMES_AND_PORTS, ...RESOLVER];
  for (const field of withoutEffect.filter((name) => composition[name] !== undefined)) {
    findings.notice(field, `has no effect beside network_mode: ${composition.network_mode}`);
  }
  if (macAddress !== undefined && composition.mac_address !== undefined && composition.mac_address !== macAddress) {
    findings.problem('mac_address', 'differs from that of the first network; name one of them');
  }
  findings.read('mac_address', '', () => readMacAddress(composition.mac_address ?? ''));
  const hasHostname = ownStack && composition.uts !== 'host';
  if (ownStack && !hasHostname && composition.hostname !== undefined) {
    findings.notice('hostname', 'has no effect beside uts: host');
  }
  return {
    networkOf,
    config: {
      networkMode,
      networks,
      portBindings: ownStack ? portBindings : [],
      exposedPorts: ownStack
        ? [...new Set([...exposed, ...portBindings.map(({ containerPort }) => containerPort)])].sort()
        : [],
      hostname: hasHostname ? (composition.hostname ?? '') : '',
      domainname: ownStack ? (composition.domainname ?? '') : '',
      macAddress: ownStack ? (composition.mac_address ?? macAddress ?? '') : '',
      dns:
        networkOf === null
          ? findings.readEach('dns', [composition.dns ?? []].flat(), (text) => [readAddress(text)])
          : [],
      dnsOptions: networkOf === null ? (composition.dns_opt ?? []) : [],
      dnsSearch: networkOf === null ? [composition.dns_search ?? []].flat() : [],
      extraHosts:
        networkOf === null ? findings.read('extra_hosts', [], () => readExtraHosts(composition.extra_hosts)) : [],
    },
  };
}

function attach(service: TargetService, context: NetworkingContext): Attachment {
  const mode = service.composition.network_mode;
  if (mode === undefined || mode === '') return attachToNetworks(service, context);
  if (service.composition.networks !== undefined) {
    context.findings.notice('networks', `has no effect beside network_mode: ${mode}`);
  }
  return context.findings.read('network_mode', { networkMode: 'none', networks: {}, networkOf: null }, () =>
    readMode(mode, context),
  );
}

function readMode(mode: string, { release, features, findings }: NetworkingContext): Attachment {
  const networkOf = peerIn(mode);
  if (mode === 'host' || mode === 'none' || mode === 'bridge') {
    if (features.networks.length > 0) {
      findings.notice('network_mode', `the supervisor's API cannot be reached with network_mode: ${mode}`);
    }
    return { networkMode: mode, networks: mode === 'bridge' ? { bridge: NO_ENDPOINT } : {}, networkOf: null };
  }
  if (networkOf === null) {
    throw new FieldError(`'${mode}' is not supported; use host, none, bridge or service:<name>`);
  }
  if (ownEntry(release.services, networkOf) === undefined) throw new FieldError(`there is no service '${networkOf}'`);
  return { networkMode: `service:${networkOf}`, networks: {}, networkOf };
}

function attachToNetworks(service: TargetService, context: NetworkingContext): Attachment {
  const { app, release, features, findings } = context;
  const declared = service.composition.networks;
  const asked: Readonly<Record<string, EndpointObject | null>> = Array.isArray(declared)
    ? Object.fromEntries(declared.map((name) => [name, null]))
    : (declared ?? {});
  const wanted = Object.keys(asked).length === 0 ? { default: null } : asked;
  const networks: Record<string, NetworkEndpoint> = {};
  let macAddress: string | undefined;
  const byPriority = Object.entries(wanted).sort(([, a], [, b]) => (b?.priority ?? 0) - (a?.priority ?? 0));
  for (const [name, options] of byPriority) {
    for (const option of Object.keys(options ?? {}).filter((one) => !ENDPOINT_OPTIONS.has(one))) {
      findings.notice(`networks.${name}.${option}`, 'is not supported and has no effect');
    }
    if (name !== 'default' && ownEntry(release.networks, name) === undefined) {
      findings.problem(`networks.${name}`, 'is not one of the networks of the app');
      continue;
    }
    const engineName = networkName(app, name, ownEntry(release.networks, name));
    if (engineName === SUPERVISOR_NETWORK) {
      findings.problem(`networks.${name}`, 'is joined with the label io.balena.features.supervisor-api alone');
      continue;
    }
    const isFirst = Object.keys(networks).length === 0;
    findings.read(`networks.${name}.mac_address`, '', () => readMacAddress(options?.mac_address ?? ''));
    if (isFirst) macAddress = options?.mac_address;
    networks[engineName] = {
      aliases: [...new Set([service.name, ...(options?.aliases ?? [])])].sort(),
      ipv4Address: findings.read(`networks.${name}.ipv4_address`, '', () =>
        readAddress(options?.ipv4_address ?? '', 'ipv4'),
      ),
      ipv6Address: findings.read(`networks.${name}.ipv6_address`, '', () =>
        readAddress(options?.ipv6_address ?? '', 'ipv6'),
      ),
      linkLocalIps: findings
        .readEach(`networks.${name}.link_local_ips`, options?.link_local_ips ?? [], (text) => [readAddress(text)])
        .sort(),
      ...readEndpointOptions(options ?? {}, { field: `networks.${name}`, isFirst, context }),
    };
  }
  const networkMode = Object.keys(networks)[0] ?? 'none';
  for (const name of features.networks) networks[name] = NO_ENDPOINT;
  return { networkMode, networks, networkOf: null, ...(macAddress === undefined ? {} : { macAddress }) };
}

/** Endpoint options that some engines lack. */
function readEndpointOptions(
  { mac_address: macAddress, driver_opts: driverOpts, gw_priority: gatewayPriority = 0 }: EndpointObject,
  {
    field,
    isFirst,
    context,
  }: { readonly field: string; readonly isFirst: boolean; readonly context: NetworkingContext },
): Pick<NetworkEndpoint, 'macAddress' | 'driverOpts' | 'gatewayPriority'> {
  const { findings, abilities } = context;
  const setsOwnMac = macAddress !== undefined && !isFirst;
  const knowsMac = hasApi(abilities, '1.44');
  const knowsPriority = hasApi(abilities, '1.48');
  if (setsOwnMac && !knowsMac) {
    findings.notice(
      `${field}.mac_address`,
      'has no effect: the engine is too old for it on more than the first network',
    );
  }
  if (gatewayPriority !== 0 && !knowsPriority) {
    findings.notice(`${field}.gw_priority`, 'has no effect: the engine is too old for it');
  }
  const options = toMap(driverOpts);
  return {
    ...(setsOwnMac && knowsMac ? { macAddress } : {}),
    ...(gatewayPriority !== 0 && knowsPriority ? { gatewayPriority } : {}),
    ...(Object.keys(options).length === 0 ? {} : { driverOpts: options }),
  };
}

const ENDPOINT_OPTIONS = new Set([
  'aliases',
  'ipv4_address',
  'ipv6_address',
  'link_local_ips',
  'priority',
  'mac_address',
  'driver_opts',
  'gw_priority',
]);

type EndpointObject = NonNullable<
  Exclude<TargetService['composition']['networks'], readonly string[] | undefined>[string]
>;

/** `name:address`; in a list also `name=address`, and addresses of IPv6 may stand in brackets. */
function readExtraHosts(hosts: TargetService['composition']['extra_hosts'] = {}): string[] {
  const entries: readonly (readonly [string, string])[] = Array.isArray(hosts)
    ? hosts.map((host) => splitHost(host))
    : Object.entries(hosts).flatMap(([name, value]) =>
        [value].flat().map((address): readonly [string, string] => [name, String(address)]),
      );
  return entries.map(([name, address]) => `${name}:${address.trim().replace(/^\[(.*)\]$/, '$1')}`).sort();
}

function splitHost(host: string): readonly [string, string] {
  const match = /^([^:=\s]+)\s*[:=]\s*(\S+)$/.exec(host.trim());
  if (match === null) throw new FieldError(`'${host}' is not a name and an address; write e.g. db:10.0.0.2`);
  const [, name = '', address = ''] = match;
  return [name, address];
}

function sortPorts(ports: readonly PortBinding[]): PortBinding[] {
  const key = ({ containerPort, hostIp, hostPort }: PortBinding): string => `${containerPort} ${hostIp} ${hostPort}`;
  const unique = new Map(ports.map((port) => [key(port), port]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, port]) => port);
}

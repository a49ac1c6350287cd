import type { TargetApp, TargetRelease, TargetService } from '@device-supervisor/state';
import type { ContainerConfig, NetworkEndpoint, PortBinding } from '../container-config.ts';
import { sharedNetwork } from './dependencies.ts';
import type { Features } from './feature-labels.ts';
import { FieldError } from './field-error.ts';
import type { FindingCollector } from './findings.ts';
import { toMap } from './list-or-map.ts';
import { networkName } from './names.ts';
import { parsePort } from './parse-port.ts';

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

export interface NetworkingContext {
  readonly app: TargetApp;
  readonly release: TargetRelease;
  readonly features: Features;
  readonly findings: FindingCollector;
}

interface Attachment {
  readonly networkMode: string;
  readonly networks: Readonly<Record<string, NetworkEndpoint>>;
  readonly networkOf: string | null;
}

const NO_ENDPOINT: NetworkEndpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };

/** The fields that say which networks the container is on, its names, and its ports. */
export function readNetworking(
  service: TargetService,
  context: NetworkingContext,
): { readonly config: NetworkingConfig; readonly networkOf: string | null } {
  const { composition } = service;
  const { findings } = context;
  const { networkMode, networks, networkOf } = attach(service, context);
  const portBindings = sortPorts(findings.readEach('ports', composition.ports ?? [], (port) => parsePort(port)));
  const exposed = findings.readEach('expose', composition.expose ?? [], (port) =>
    parsePort(String(port)).map(({ containerPort }) => containerPort),
  );
  // Whose network stack a container borrows, its names and ports it has too.
  const ownStack = networkMode !== 'host' && networkOf === null;
  return {
    networkOf,
    config: {
      networkMode,
      networks,
      portBindings: ownStack ? portBindings : [],
      exposedPorts: ownStack
        ? [...new Set([...exposed, ...portBindings.map(({ containerPort }) => containerPort)])].sort()
        : [],
      hostname: ownStack ? (composition.hostname ?? '') : '',
      domainname: ownStack ? (composition.domainname ?? '') : '',
      macAddress: ownStack ? (composition.mac_address ?? '') : '',
      dns: networkOf === null ? [composition.dns ?? []].flat() : [],
      dnsOptions: networkOf === null ? (composition.dns_opt ?? []) : [],
      dnsSearch: networkOf === null ? [composition.dns_search ?? []].flat() : [],
      extraHosts: networkOf === null ? readExtraHosts(composition.extra_hosts) : [],
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
  const networkOf = sharedNetwork(mode);
  if (mode === 'host' || mode === 'none' || mode === 'bridge') {
    if (features.networks.length > 0) {
      findings.notice('network_mode', `the supervisor's API cannot be reached with network_mode: ${mode}`);
    }
    return { networkMode: mode, networks: mode === 'bridge' ? { bridge: NO_ENDPOINT } : {}, networkOf: null };
  }
  if (networkOf === null) {
    throw new FieldError(`'${mode}' is not supported; use host, none, bridge or service:<name>`);
  }
  if (release.services[networkOf] === undefined) throw new FieldError(`there is no service '${networkOf}'`);
  return { networkMode: `service:${networkOf}`, networks: {}, networkOf };
}

function attachToNetworks(service: TargetService, { app, release, features, findings }: NetworkingContext): Attachment {
  const declared = service.composition.networks;
  const asked: Readonly<Record<string, EndpointObject | null>> = Array.isArray(declared)
    ? Object.fromEntries(declared.map((name) => [name, null]))
    : (declared ?? {});
  const wanted = Object.keys(asked).length === 0 ? { default: null } : asked;
  const networks: Record<string, NetworkEndpoint> = {};
  for (const [name, options] of Object.entries(wanted)) {
    if (name !== 'default' && release.networks[name] === undefined) {
      findings.problem(`networks.${name}`, 'is not one of the networks of the app');
      continue;
    }
    networks[networkName(app, name)] = {
      aliases: [...new Set([service.name, ...(options?.aliases ?? [])])].sort(),
      ipv4Address: options?.ipv4_address ?? '',
      ipv6Address: options?.ipv6_address ?? '',
      linkLocalIps: [...(options?.link_local_ips ?? [])].sort(),
    };
  }
  const networkMode = Object.keys(networks)[0] ?? 'none';
  for (const name of features.networks) networks[name] = NO_ENDPOINT;
  return { networkMode, networks, networkOf: null };
}

interface EndpointObject {
  readonly aliases?: readonly string[] | undefined;
  readonly ipv4_address?: string | undefined;
  readonly ipv6_address?: string | undefined;
  readonly link_local_ips?: readonly string[] | undefined;
}

function readExtraHosts(hosts: Parameters<typeof toMap>[0]): string[] {
  return Object.entries(toMap(hosts, /[:=]/))
    .map(([name, address]) => `${name}:${address}`)
    .sort();
}

function sortPorts(ports: readonly PortBinding[]): PortBinding[] {
  const key = ({ containerPort, hostIp, hostPort }: PortBinding): string => `${containerPort} ${hostIp} ${hostPort}`;
  const unique = new Map(ports.map((port) => [key(port), port]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, port]) => port);
}

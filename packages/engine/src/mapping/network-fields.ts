import type { NetworkEndpoint, PortBinding } from '@device-supervisor/compose';
import { inHost, inSettings, type FieldMapping, type FieldMappings, type InspectedContainer } from './field-mapping.ts';

/** Digits of a container's id that engines use as its hostname and as an alias. */
const SHORT_ID_LENGTH = 12;

/** Names, addresses and ports. */
export const NETWORK_FIELDS: FieldMappings<
  | 'hostname'
  | 'domainname'
  | 'macAddress'
  | 'exposedPorts'
  | 'portBindings'
  | 'dns'
  | 'dnsOptions'
  | 'dnsSearch'
  | 'extraHosts'
  | 'networkMode'
  | 'networks'
> = {
  hostname: inSettings('Hostname', readHostname),
  domainname: inSettings('Domainname', (source) => (sharesStack(source) ? '' : source.settings.Domainname)),
  macAddress: inSettings(
    'MacAddress',
    ({ settings, requested }) => settings.MacAddress || (requested?.macAddress ?? ''),
  ),
  exposedPorts: {
    write: (ports) => ({ settings: { ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])) } }),
    read: ({ settings }) => settings.ExposedPorts,
  },
  portBindings: {
    write: (bindings) => ({ host: { PortBindings: writePorts(bindings) } }),
    read: ({ host }) =>
      Object.entries(host.PortBindings)
        .flatMap(([containerPort, hostPorts]) =>
          hostPorts.map(({ HostIp, HostPort }) => ({ containerPort, hostIp: HostIp, hostPort: HostPort })),
        )
        .sort(byContainerPort),
  },
  dns: inHost('Dns', ({ host }) => host.Dns),
  dnsOptions: inHost('DnsOptions', ({ host }) => host.DnsOptions),
  dnsSearch: inHost('DnsSearch', ({ host }) => host.DnsSearch),
  extraHosts: inHost('ExtraHosts', ({ host }) => host.ExtraHosts.toSorted()),
  networkMode: inHost('NetworkMode', readNetworkMode),
  networks: readOnlyField((source) => {
    const { id, endpoints, requested } = source;
    const mode = readNetworkMode(source);
    if (mode === 'host' || mode === 'none' || mode.startsWith('container:')) return {};
    return Object.fromEntries(
      Object.entries(endpoints).map(([name, endpoint]): [string, NetworkEndpoint] => [
        name,
        {
          aliases: endpoint.Aliases.filter((alias) => alias !== id.slice(0, SHORT_ID_LENGTH)).sort(),
          ipv4Address: endpoint.IPAMConfig?.IPv4Address ?? '',
          ipv6Address: endpoint.IPAMConfig?.IPv6Address ?? '',
          linkLocalIps: (endpoint.IPAMConfig?.LinkLocalIPs ?? []).toSorted(),
          ...readEndpointOptions(endpoint, requested?.macAddresses[name]),
        },
      ]),
    );
  }),
};

function readEndpointOptions(
  { DriverOpts, GwPriority }: InspectedContainer['endpoints'][string],
  macAddress: string | undefined,
): Pick<NetworkEndpoint, 'macAddress' | 'driverOpts' | 'gatewayPriority'> {
  return {
    ...(macAddress === undefined ? {} : { macAddress }),
    ...(Object.keys(DriverOpts).length === 0 ? {} : { driverOpts: DriverOpts }),
    ...(GwPriority === 0 ? {} : { gatewayPriority: GwPriority }),
  };
}

/** An endpoint as the Engine API has it. */
export function writeEndpoint(endpoint: NetworkEndpoint): object {
  const { aliases, ipv4Address, ipv6Address, linkLocalIps, macAddress, driverOpts, gatewayPriority } = endpoint;
  const ipam = {
    ...(ipv4Address === '' ? {} : { IPv4Address: ipv4Address }),
    ...(ipv6Address === '' ? {} : { IPv6Address: ipv6Address }),
    ...(linkLocalIps.length === 0 ? {} : { LinkLocalIPs: linkLocalIps }),
  };
  return {
    // The default bridge refuses endpoints that carry either, even when they are empty.
    ...(aliases.length === 0 ? {} : { Aliases: aliases }),
    ...(Object.keys(ipam).length === 0 ? {} : { IPAMConfig: ipam }),
    ...(macAddress === undefined ? {} : { MacAddress: macAddress }),
    ...(driverOpts === undefined ? {} : { DriverOpts: driverOpts }),
    ...(gatewayPriority === undefined ? {} : { GwPriority: gatewayPriority }),
  };
}

/** Endpoints are written by {@link writeEndpoint}, one request each. */
function readOnlyField<Value>(read: FieldMapping<Value>['read']): FieldMapping<Value> {
  return { write: () => ({}), read };
}

function readHostname(source: InspectedContainer): string {
  const { id, settings, host, requested } = source;
  if (sharesStack(source) || settings.Hostname === id.slice(0, SHORT_ID_LENGTH)) return '';
  // The engine fills in the host's name, as it was when the container was created.
  const isOurs = host.NetworkMode !== 'host' || requested?.fields.includes('hostname') === true;
  return isOurs ? settings.Hostname : '';
}

/** A container that shares another's network stack is shown with that one's names. */
function sharesStack({ host }: InspectedContainer): boolean {
  return host.NetworkMode.startsWith('container:');
}

function readNetworkMode({ host, endpoints }: InspectedContainer): string {
  const mode = host.NetworkMode;
  if (mode === '' || mode === 'default') return 'bridge';
  if (Object.hasOwn(endpoints, mode)) return mode;
  // An id, if another client created it.
  const byId = Object.entries(endpoints).find(([, { NetworkID }]) => NetworkID !== '' && NetworkID.startsWith(mode));
  return byId === undefined ? mode : byId[0];
}

function writePorts(bindings: readonly PortBinding[]): Record<string, object[]> {
  const ports: Record<string, object[]> = {};
  for (const { containerPort, hostIp, hostPort } of bindings) {
    (ports[containerPort] ??= []).push({ HostIp: hostIp, HostPort: hostPort });
  }
  return ports;
}

/** By container port, then address, then host port; as compose sorts them. */
function byContainerPort(a: PortBinding, b: PortBinding): number {
  const key = (port: PortBinding): string => `${port.containerPort} ${port.hostIp} ${port.hostPort}`;
  return key(a) < key(b) ? -1 : 1;
}

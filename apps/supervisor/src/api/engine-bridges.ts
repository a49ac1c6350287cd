import { readdirSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import type { ClientConnection } from '@device-supervisor/api';
import { hasErrorCode } from '@device-supervisor/errors';

/** Where the kernel describes the network; the real one by default. */
export interface NetworkFacts {
  readonly interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** The interfaces that a bridge joins; empty: it is no bridge. */
  readonly portsOf: (name: string) => readonly string[];
}

/**
 * Whether a connection comes from a container on a bridge. A container has one end of a pair of interfaces, and the bridge
 * the other, whatever the engine or a compose file calls them. A container with the host's network is part of the host.
 */
export function isOnEngineBridge(
  { remoteAddress, localAddress }: ClientConnection,
  { interfaces, portsOf }: NetworkFacts = KERNEL,
): boolean {
  const remote = plain(remoteAddress);
  // To list the interfaces takes milliseconds where many services run.
  if (isLoopback(remote)) return false;
  return Object.entries(interfaces()).some(
    ([name, addresses = []]) =>
      addresses.some(({ address, cidr, family }) => {
        // Every interface has the same range of link-local addresses; the host's own end tells them apart.
        if (isLinkLocal(remote)) return plain(localAddress) === plain(address);
        return cidr !== null && (family === 'IPv6') === isIPv6(remote) && isInside(remote, cidr);
      }) && portsOf(name).some((port) => port.startsWith('veth')),
  );
}

const KERNEL: NetworkFacts = {
  interfaces: networkInterfaces,
  portsOf(name) {
    try {
      return readdirSync(`/sys/class/net/${name}/brif`);
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return [];
      throw error;
    }
  },
};

/** Without zone, and IPv4 as itself where it comes mapped into IPv6. */
function plain(address: string): string {
  return address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/.test(address);
}

function isInside(address: string, cidr: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(network, Number(prefix), family);
  return address !== '' && range.check(address, family);
}

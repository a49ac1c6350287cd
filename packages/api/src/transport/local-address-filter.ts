import { BlockList, isIP } from 'node:net';

/**
 * Tells whether a connection's local address is one of `allowed`; `undefined` allows all. An IPv4 address also matches
 * in its IPv6-mapped form, which a socket that listens on both reports. Zones of IPv6 addresses are not compared.
 *
 * @throws TypeError for text that is not an address
 */
export function createLocalAddressFilter(
  allowed: readonly string[] | undefined,
): (address: string | undefined) => boolean {
  if (allowed === undefined) return () => true;
  const list = new BlockList();
  for (const address of allowed) {
    const family = familyOf(address);
    if (family === null) throw new TypeError(`'${address}' is not an IP address`);
    list.addAddress(address, family);
  }
  return (address = '') => {
    const family = familyOf(address);
    return family !== null && list.check(address, family);
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  switch (isIP(address)) {
    case 4:
      return 'ipv4';
    case 6:
      return 'ipv6';
    default:
      return null;
  }
}

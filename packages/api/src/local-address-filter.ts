import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Tells whether a connection's local address is one of `allowed`; `undefined` allows all. An IPv4 address also matches
 * in its IPv6-mapped form, which a socket that listens on both reports.
 *
 * @throws TypeError for text that is not an address
 */
export function createLocalAddressFilter(
  allowed: readonly string[] | undefined,
): (address: string | undefined) => boolean {
  if (allowed === undefined) return () => true;
  const list = new BlockList();
  for (const address of allowed) {
    const plain = simplify(address);
    if (isIP(plain) === 0) throw new TypeError(`'${address}' is not an IP address`);
    list.addAddress(plain, familyOf(plain));
  }
  return (address) => {
    if (address === undefined) return false;
    const plain = simplify(address);
    return list.check(plain, familyOf(plain));
  };
}

/** Without zone and IPv4 mapping. */
function simplify(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

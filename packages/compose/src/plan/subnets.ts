import ipaddr from 'ipaddr.js';

/** Whether two ranges of addresses, e.g. `172.28.0.0/24`, have an address in common. */
export function subnetsOverlap(a: string, b: string): boolean {
  if (!ipaddr.isValidCIDR(a) || !ipaddr.isValidCIDR(b)) return false;
  const [addressA, prefixA] = ipaddr.parseCIDR(a);
  const [addressB, prefixB] = ipaddr.parseCIDR(b);
  return addressA.kind() === addressB.kind() && addressA.match([addressB, Math.min(prefixA, prefixB)]);
}

/** Whether an address is in one of the ranges; also `true` where it is not an address, which the engine reports. */
export function isInSubnets(address: string, subnets: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return true;
  const parsed = ipaddr.parse(address);
  return subnets
    .filter((subnet) => ipaddr.isValidCIDR(subnet))
    .map((subnet) => ipaddr.parseCIDR(subnet))
    .some(([range, prefix]) => range.kind() === parsed.kind() && parsed.match([range, prefix]));
}

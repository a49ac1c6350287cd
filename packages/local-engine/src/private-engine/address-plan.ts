import { NoFreeAddressRangeError } from '../errors.ts';

/** IPv4 ranges of a private engine. */
export interface AddressPlan {
  /** Address and prefix length of its own bridge, e.g. `172.17.0.1/24`. */
  readonly bridgeAddress: string;
  /** Range that its other networks are cut from, in pieces of {@link NETWORK_PREFIX} bits, e.g. `172.17.0.0/16`. */
  readonly pool: string;
}

/** Prefix length of each network: 256 networks of 254 addresses fit a pool. */
export const NETWORK_PREFIX = 24;

/** The supervisor's own network (`supervisor0`) must find its addresses free. */
const RESERVED = ['10.114.104.0/25'];

/** Pools in order of preference: first those that container engines use by custom, which others leave alone. */
const POOLS: readonly string[] = [
  ...Array.from({ length: 15 }, (_, index) => `172.${17 + index}.0.0/16`),
  ...Array.from({ length: 256 }, (_, index) => `10.${255 - index}.0.0/16`),
  '192.168.0.0/16',
];

/**
 * Chooses ranges that touch none of `occupied` (IPv4 addresses or CIDR ranges; a default route does not count).
 * @throws {@link NoFreeAddressRangeError}
 */
export function planAddresses(occupied: readonly string[]): AddressPlan {
  const taken = [...occupied, ...RESERVED].map(parseRange).filter((range) => range.prefix > 0);
  const pool = POOLS.find((candidate) => !taken.some((range) => overlaps(range, parseRange(candidate))));
  if (pool === undefined) throw new NoFreeAddressRangeError(occupied);
  return { pool, bridgeAddress: pool.replace(/\.0\.0\/16$/, `.0.1/${NETWORK_PREFIX}`) };
}

/** Whether an IPv4 range lies within another, both in CIDR notation. */
export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [parseRange(inner), parseRange(outer)];
  return a.first >= b.first && a.last <= b.last;
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

function parseRange(text: string): Range {
  const [address = '', length] = text.split('/');
  const prefix = length === undefined ? 32 : Number(length);
  const size = 2 ** (32 - prefix);
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1, prefix };
}

function overlaps(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

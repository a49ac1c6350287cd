import ipaddr from 'ipaddr.js';
import type { ContainerConfig, NetworkConfig } from '../container-config.ts';
import { FieldError } from './field-error.ts';

type Family = 'ipv4' | 'ipv6';

/** An address, perhaps of one family. @throws FieldError */
export function readAddress(text: string, family?: Family): string {
  if (text === '') return text;
  const isValid = family === 'ipv4' ? isIpv4(text) : family === 'ipv6' ? ipaddr.IPv6.isValid(text) : isAddress(text);
  if (isValid) return text;
  const example = family === 'ipv6' ? '2001:db8::5' : '172.28.0.5';
  throw new FieldError(
    `'${text}' is not an address${family === undefined ? '' : ` of ${FAMILIES[family]}`}; write e.g. ${example}`,
  );
}

const FAMILIES: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** A range of addresses. @throws FieldError */
export function readSubnet(text: string): string {
  if (text === '' || isSubnet(text)) return text;
  throw new FieldError(`'${text}' is not a range of addresses; write e.g. 172.28.0.0/24`);
}

/** @throws FieldError */
export function readMacAddress(text: string): string {
  if (text === '' || /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text)) return text;
  throw new FieldError(`'${text}' is not a MAC address; write e.g. 02:42:ac:11:00:02`);
}

/** `ipaddr.js` takes short forms such as `10.1`, which engines refuse. */
function isIpv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

function isAddress(text: string): boolean {
  return isIpv4(text) || ipaddr.IPv6.isValid(text);
}

function isSubnet(text: string): boolean {
  const [address = ''] = text.split('/');
  return isAddress(address) && ipaddr.isValidCIDR(text);
}

export function subnetsOf({ ipam }: Pick<NetworkConfig, 'ipam'>): string[] {
  return ipam.config.map(({ subnet }) => subnet).filter((subnet) => subnet !== '');
}

/** Whether two ranges of addresses, e.g. `172.28.0.0/24`, have an address in common. */
export function subnetsOverlap(a: string, b: string): boolean {
  if (!ipaddr.isValidCIDR(a) || !ipaddr.isValidCIDR(b)) return false;
  const [addressA, prefixA] = ipaddr.parseCIDR(a);
  const [addressB, prefixB] = ipaddr.parseCIDR(b);
  return addressA.kind() === addressB.kind() && addressA.match([addressB, Math.min(prefixA, prefixB)]);
}

/** A network that a container may be attached to. */
interface Attachable {
  readonly name: string;
  readonly external: boolean;
  readonly config: NetworkConfig;
}

/** A fixed address that its network does not have; `null`: there is none. */
export function addressProblem(
  { networks }: Pick<ContainerConfig, 'networks'>,
  attached: readonly Attachable[],
): string | null {
  for (const { name, external, config } of attached) {
    const endpoint = Object.hasOwn(networks, name) ? networks[name] : undefined;
    if (external || endpoint === undefined) continue;
    const subnets = subnetsOf(config);
    const { ipv4Address, ipv6Address } = endpoint;
    const wrong = [ipv4Address, ipv6Address].find((one) => one !== '' && !isInSubnets(one, subnets));
    if (wrong === undefined) continue;
    const reason = subnets.length === 0 ? 'which has no subnet of its own' : `whose subnets are ${subnets.join(', ')}`;
    return `networks: address ${wrong} is not in network ${name}, ${reason}; change the address or the subnet`;
  }
  return null;
}

/** Whether an address is in one of the ranges; also `true` where one of them cannot be read, which is a problem of its own. */
function isInSubnets(address: string, subnets: readonly string[]): boolean {
  if (!ipaddr.isValid(address) || !subnets.every(isSubnet)) return true;
  const parsed = ipaddr.parse(address);
  return subnets
    .map((subnet) => ipaddr.parseCIDR(subnet))
    .some(([range, prefix]) => range.kind() === parsed.kind() && parsed.match([range, prefix]));
}

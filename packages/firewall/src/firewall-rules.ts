export const IP_FAMILIES = ['IPv4', 'IPv6'] as const;
export type IpFamily = (typeof IP_FAMILIES)[number];

/** The chain that holds all rules of ours. */
export const CHAIN = 'BALENA-FIREWALL';

/** Interfaces from which the supervisor's API can be reached: VPN, engine, loopback, and the network of its clients. */
export const API_INTERFACES = ['resin-vpn', 'tun0', 'docker0', 'lo', 'supervisor0'] as const;

export interface RuleSettings {
  /** Whether what is not known to be good is rejected. The API is protected either way. */
  readonly enabled: boolean;
  /** Whether the API can be reached from every interface. */
  readonly localMode: boolean;
  readonly apiPort: number;
  /** Names; a `+` at the end stands for any rest. */
  readonly apiInterfaces: readonly string[];
}

/**
 * The rules of our chain, in order, as `iptables -S` prints them.
 *
 * @example
 * ```ts
 * firewallRules('IPv4', { enabled: false, localMode: true, apiPort: 48484, apiInterfaces: [] }).at(-1);
 * // '-A BALENA-FIREWALL -j RETURN'
 * ```
 */
export function firewallRules(family: IpFamily, { enabled, ...api }: RuleSettings): string[] {
  const { icmp, unreachable, familyRules } = FAMILY[family];
  return [
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-m addrtype --src-type LOCAL -j ACCEPT',
    ...apiRules(api),
    `${tcp(SSH_PORT)} -j ACCEPT`,
    `${tcp(ENGINE_PORT)} -j ACCEPT`,
    // mDNS and other multicast queries.
    '-m addrtype --dst-type MULTICAST -j ACCEPT',
    `-p ${icmp} -j ACCEPT`,
    ...familyRules,
    ...BRIDGES.flatMap((bridge) => [`-i ${bridge} ${udp(DNS_PORT)}`, `-i ${bridge} ${tcp(DNS_PORT)}`]).map(
      (match) => `${match} -j ACCEPT`,
    ),
    ...(enabled ? [`-p tcp ${RESET}`, `-j REJECT --reject-with ${unreachable}`] : ['-j RETURN']),
  ].map((rule) => `-A ${CHAIN} ${rule}`);
}

/** Refuses at once. ICMP replies are limited to one per second, and get lost more often. */
const RESET = '-j REJECT --reject-with tcp-reset';
const SSH_PORT = 22_222;
const ENGINE_PORT = 2_375;
const DNS_PORT = 53;
/** Bridges of the engine: containers reach the host's name server through their addresses. `+` matches any suffix. */
const BRIDGES = ['balena+', 'docker+', 'br-+', 'supervisor0', 'resin-dns'] as const;

const FAMILY = {
  IPv4: { icmp: 'icmp', unreachable: 'icmp-port-unreachable', familyRules: [] },
  IPv6: {
    icmp: 'ipv6-icmp',
    unreachable: 'icmp6-port-unreachable',
    // A lease of DHCPv6 is asked for by multicast and answered from an address that was not asked, so no connection is
    // known. Without it a device loses its address. (DHCP of IPv4 is read before the filter.)
    familyRules: ['-d fe80::/10 -p udp -m udp --dport 546 -j ACCEPT'],
  },
} as const;

function apiRules({ localMode, apiPort, apiInterfaces }: Omit<RuleSettings, 'enabled'>): string[] {
  if (localMode) return [`${tcp(apiPort)} -j ACCEPT`];
  return [...apiInterfaces.map((name) => `-i ${name} ${tcp(apiPort)} -j ACCEPT`), `${tcp(apiPort)} ${RESET}`];
}

function tcp(port: number): string {
  return `-p tcp -m tcp --dport ${port}`;
}

function udp(port: number): string {
  return `-p udp -m udp --dport ${port}`;
}

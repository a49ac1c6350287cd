/** What this package is, as a sentence. */
export function describeFirewall(): string {
  return 'Firewall of the host: iptables and ip6tables chains, swapped atomically.';
}

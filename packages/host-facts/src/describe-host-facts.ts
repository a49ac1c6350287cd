/** What this package is, as a sentence. */
export function describeHostFacts(): string {
  return 'What the host is and how it fares: addresses, metrics, operating system, LED, VPN state.';
}

/** What this package is, as a sentence. */
export function describeBootConfig(): string {
  return 'Boot configuration of the device families: one backend per kind of file, one registry.';
}

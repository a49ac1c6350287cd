/** Examples that need a part of a device beside them: `test/device-examples.test.ts` runs these with the real ones. */
export const DEVICE_EXAMPLES: ReadonlySet<string> = new Set([
  'compose-with-engine',
  'engine',
  'firewall',
  'journal',
  'local-engine',
  'registry',
  'systemd',
]);

/** What this package is, as a sentence. */
export function describeCloud(): string {
  return 'The cloud as the device sees it: provisioning, target polls, state reports, logs, tags.';
}

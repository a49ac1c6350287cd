/** What this package is, as a sentence. */
export function describeSystemd(): string {
  return 'systemd, logind and hostnamed over D-Bus: units, power, host name; reconnects.';
}

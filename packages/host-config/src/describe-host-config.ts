/** What this package is, as a sentence. */
export function describeHostConfig(): string {
  return 'Proxy and host name of the host: redsocks.conf, no_proxy and hostname, read and patched.';
}

import type { HostConfig, HostConfigChange } from '@device-supervisor/host-config';

/** One line a field, as `patch` takes them. */
export function formatHostConfig({ network }: HostConfig): string {
  const { hostname, proxy = {} } = network;
  const fields = Object.entries(proxy).map(([name, value]) => `proxy.${name}=${String(value)}`);
  return [`hostname=${hostname}`, ...fields].join('\n');
}

/** The changes, one line each. */
export function formatChange({ changed, restarted, leftToHost }: HostConfigChange): string {
  const lines = [
    changed.length === 0 ? 'Nothing to change' : `Changed: ${changed.join(', ')}`,
    ...(restarted.length === 0 ? [] : [`Restarted: ${restarted.join(', ')}`]),
    ...(leftToHost.length === 0 ? [] : [`The host restarts: ${leftToHost.join(', ')}`]),
  ];
  return lines.join('\n');
}

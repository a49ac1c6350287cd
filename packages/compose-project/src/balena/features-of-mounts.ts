/*
 * A device refuses bind mounts of its own paths; a service asks for what they give with a label. The public client turns
 * the well-known ones into their labels, so that a project for docker compose runs on a device too.
 */

export interface FeaturesOfMounts {
  /** The mounts that stay as they are. */
  readonly mounts: readonly unknown[];
  readonly replaced: readonly { readonly source: string; readonly label: string }[];
}

const LABELS_BY_SOURCE: ReadonlyMap<string, string> = new Map([
  ['/var/run/docker.sock', 'io.balena.features.balena-socket'],
  ['/run/docker.sock', 'io.balena.features.balena-socket'],
  ['/var/run/balena-engine.sock', 'io.balena.features.balena-socket'],
  ['/run/balena-engine.sock', 'io.balena.features.balena-socket'],
  ['/run/dbus', 'io.balena.features.dbus'],
  ['/var/run/dbus', 'io.balena.features.dbus'],
  ['/run/dbus/system_bus_socket', 'io.balena.features.dbus'],
  ['/var/run/dbus/system_bus_socket', 'io.balena.features.dbus'],
  ['/sys', 'io.balena.features.sysfs'],
  ['/proc', 'io.balena.features.procfs'],
  ['/lib/modules', 'io.balena.features.kernel-modules'],
  ['/lib/firmware', 'io.balena.features.firmware'],
  ['/var/log/journal', 'io.balena.features.journal-logs'],
  ['/run/log/journal', 'io.balena.features.journal-logs'],
  ['/etc/machine-id', 'io.balena.features.journal-logs'],
]);

/** Splits the mounts of a service into those that a label replaces and the others. */
export function featuresOfMounts(mounts: unknown): FeaturesOfMounts {
  if (!Array.isArray(mounts)) return { mounts: [], replaced: [] };
  const kept: unknown[] = [];
  const replaced: { source: string; label: string }[] = [];
  for (const mount of mounts) {
    const source = sourceOf(mount);
    const label = source === undefined ? undefined : LABELS_BY_SOURCE.get(source);
    if (source === undefined || label === undefined) kept.push(mount);
    else replaced.push({ source, label });
  }
  return { mounts: kept, replaced };
}

function sourceOf(mount: unknown): string | undefined {
  const source =
    typeof mount === 'string' && mount.includes(':')
      ? mount.split(':')[0]
      : typeof mount === 'object' && mount !== null && 'source' in mount && 'type' in mount && mount.type === 'bind'
        ? mount.source
        : undefined;
  if (typeof source !== 'string') return undefined;
  return source.length > 1 ? source.replace(/\/+$/, '') : source;
}

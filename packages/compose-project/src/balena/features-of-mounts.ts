/*
 * A device refuses bind mounts of its own paths; a service asks for what they give with a label. The public client turns
 * the well-known ones into their labels, so that a project for docker compose runs on a device too.
 */

/** A path of the host that a label grants. */
interface Grant {
  readonly label: string;
  /** Where the label mounts it. */
  readonly targets: readonly string[];
}

const SOCKET: Grant = {
  label: 'io.balena.features.balena-socket',
  targets: ['/host/run/balena-engine.sock', '/var/run/balena.sock'],
};
const DBUS: Grant = { label: 'io.balena.features.dbus', targets: ['/host/run/dbus'] };
const JOURNAL = 'io.balena.features.journal-logs';

const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ...['/var/run/docker.sock', '/run/docker.sock', '/var/run/balena-engine.sock', '/run/balena-engine.sock'].map(
    // The label mounts it at its own path too.
    (path): [string, Grant] => [path, { ...SOCKET, targets: [...SOCKET.targets, path] }],
  ),
  ['/var/run/balena.sock', SOCKET],
  ['/run/dbus', DBUS],
  ['/var/run/dbus', DBUS],
  ['/run/dbus/system_bus_socket', { ...DBUS, targets: ['/host/run/dbus/system_bus_socket'] }],
  ['/var/run/dbus/system_bus_socket', { ...DBUS, targets: ['/host/run/dbus/system_bus_socket'] }],
  ['/sys', { label: 'io.balena.features.sysfs', targets: ['/sys'] }],
  ['/proc', { label: 'io.balena.features.procfs', targets: ['/proc'] }],
  ['/lib/modules', { label: 'io.balena.features.kernel-modules', targets: ['/lib/modules'] }],
  ['/lib/firmware', { label: 'io.balena.features.firmware', targets: ['/lib/firmware'] }],
  ['/var/log/journal', { label: JOURNAL, targets: ['/var/log/journal'] }],
  ['/run/log/journal', { label: JOURNAL, targets: ['/run/log/journal'] }],
  ['/etc/machine-id', { label: JOURNAL, targets: ['/etc/machine-id'] }],
]);

/** The label that grants what a mount of the host gives; `null`: there is none. */
export function featureOfMount(source: string, target: string): { label: string; isSameTarget: boolean } | null {
  const grant = GRANTS.get(withoutSlash(source));
  return grant === undefined
    ? null
    : { label: grant.label, isSameTarget: grant.targets.includes(withoutSlash(target)) };
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

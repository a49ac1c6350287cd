import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';

/** Where a private engine keeps what, and what it calls itself on the machine. All derived from its directory. */
export interface EnginePaths {
  readonly directory: string;
  /** Images, containers and volumes: what survives a restart. */
  readonly data: string;
  /** Everything that lives only as long as the engine: below {@link directory}, or in a short place of its own. */
  readonly runtime: string;
  readonly exec: string;
  readonly socket: string;
  readonly pidFile: string;
  /** Programs that go before the machine's. */
  readonly programs: string;
  readonly configuration: string;
  readonly trustKey: string;
  /** The state of the machine before the engine started: {@link MachineRecord}. */
  readonly record: string;
  readonly logFile: string;
  /** Name of its bridge: `docker-` and 8 hex digits, 15 characters being the kernel's limit. */
  readonly bridge: string;
  /** Directory of its containers below each cgroup hierarchy, e.g. `/device-supervisor-srv-engine-1a2b3c4d`. */
  readonly cgroupParent: string;
  /** Namespace of its containers in containerd, so that a containerd of the system can serve several engines. */
  readonly containerdNamespace: string;
}

/** Bytes in a Unix socket's path: containerd takes no longer ones, though the kernel would take three more. */
const SOCKET_PATH_LIMIT = 104;

/** The longest socket that the engine makes, below its runtime directory. */
const LONGEST_SOCKET = 'exec/containerd/containerd.sock.ttrpc';

/** Longer parts of a directory's name would only clutter the names of cgroups. */
const SLUG_LENGTH = 120;

/**
 * Lays out a private engine. Sockets whose path would be too long for the kernel go to a short directory below
 * `runDirectory`.
 */
export function enginePaths(
  directory: string,
  options: { readonly runDirectory?: string; readonly logFile?: string } = {},
): EnginePaths {
  const home = resolve(directory);
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 8);
  const fits = Buffer.byteLength(join(home, LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT;
  const runtime = fits ? home : join(options.runDirectory ?? '/run', `device-supervisor-${digest}`);
  return {
    directory: home,
    data: join(home, 'data'),
    runtime,
    exec: join(runtime, 'exec'),
    socket: join(runtime, 'docker.sock'),
    pidFile: join(runtime, 'pid'),
    programs: join(home, 'bin'),
    configuration: join(home, 'daemon.json'),
    trustKey: join(home, 'trust-key.json'),
    record: recordOf(home),
    logFile: options.logFile ?? join(home, 'dockerd.log'),
    bridge: `docker-${digest}`,
    cgroupParent: `${cgroupPrefix(home)}${digest}`,
    containerdNamespace: `device-supervisor-${digest}`,
  };
}

/** Where the engine of a directory keeps its {@link EnginePaths.record}. */
export function recordOf(directory: string): string {
  return join(directory, 'machine-before.json');
}

/** How the cgroups of all engines in a directory, or below it, begin. */
export function cgroupPrefix(directory: string): string {
  const slug = directory.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, SLUG_LENGTH);
  return `/device-supervisor${slug}-`;
}

import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Memory, descriptors, timers, threads and files of a process at rest. */
export interface Holdings {
  /** Bytes. */
  readonly resident: number;
  /** How many there are of each kind: descriptors, timers, threads, and files in the folder of its state. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface HoldingsOptions {
  readonly pid: number;
  /** In which it keeps its state. */
  readonly folder: string;
  /** Names of the resources that keep the process alive. */
  readonly resources: readonly string[];
}

export async function holdingsOf({ pid, folder, resources }: HoldingsOptions): Promise<Holdings> {
  const [status, descriptors, files] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    descriptorsOf(pid),
    readdir(folder, { recursive: true, withFileTypes: true }),
  ]);
  const value = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const counts: Record<string, number> = {
    threads: value('Threads'),
    timers: resources.filter((name) => name === 'Timeout').length,
    files: files.filter((entry) => entry.isFile()).length,
  };
  for (const kind of descriptors) counts[kind] = (counts[kind] ?? 0) + 1;
  return { resident: value('VmRSS') * 1024, counts };
}

/** Kinds of which there are more than before, one line for each. */
export function excessOf(before: Holdings, after: Holdings): string[] {
  return Object.entries(after.counts).flatMap(([kind, count]) => {
    const least = before.counts[kind] ?? 0;
    return count > least ? [`${count} ${kind} after ${least}`] : [];
  });
}

/**
 * The kind of each open descriptor. Connections of clients that are still there are the clients' affair, and have none;
 * one that its client has closed and that is still open here is a leak.
 */
async function descriptorsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const tcp = await tcpSockets(pid);
  const kinds: string[] = [];
  for (const name of await readdir(folder)) {
    const [link] = await Promise.allSettled([readlink(join(folder, name))]);
    // Closed meanwhile.
    if (link.status === 'rejected') continue;
    const kind = kindOf(link.value, tcp);
    if (kind !== null) kinds.push(`descriptors of ${kind}`);
  }
  return kinds;
}

function kindOf(target: string, tcp: ReadonlyMap<string, string>): string | null {
  const socket = /^socket:\[(\d+)\]$/.exec(target)?.[1];
  if (socket === undefined) return target.replace(/^pipe:.*/, 'pipes').replace(/^anon_inode:/, '');
  const state = tcp.get(socket);
  if (state === ESTABLISHED) return null;
  if (state === CLOSE_WAIT) return 'connections that clients have closed';
  return state === undefined ? 'Unix sockets' : 'TCP sockets';
}

/** States of connections, as the kernel numbers them. */
const ESTABLISHED = '01';
const CLOSE_WAIT = '08';

/** States by inode. */
async function tcpSockets(pid: number): Promise<ReadonlyMap<string, string>> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8')));
  return new Map(
    tables
      .flatMap((table) => table.trimEnd().split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .map((fields) => [fields[9] ?? '', fields[3] ?? '']),
  );
}

import { hasErrorCode } from '@device-supervisor/errors';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pollUntil } from '../poll-until.ts';

/** A process, told apart from a later one with the same id by when it started. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since the machine started. */
  readonly startTime: number;
  readonly commandLine: readonly string[];
}

/** All running processes that are visible from here; those that have ended but were not yet reaped do not count. */
export async function listProcesses(): Promise<readonly ProcessInfo[]> {
  const entries = await readdir('/proc');
  const processes = await Promise.all(
    entries.filter((name) => /^\d+$/.test(name)).map((name) => readProcess(Number(name))),
  );
  return processes.filter((process) => process !== undefined);
}

/** `undefined` when no such process runs. */
export async function readProcess(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    return parseProcess(pid, stat, commandLine);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

/** Parses `/proc/<pid>/stat` and `/proc/<pid>/cmdline`. */
export function parseProcess(pid: number, stat: string, commandLine: string): ProcessInfo | undefined {
  // The second field is a name in parentheses, which may itself contain blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  const startTime = fields[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid,
    parent: Number(parent),
    startTime: Number(startTime),
    commandLine: commandLine.split('\0').slice(0, -1),
  };
}

export async function isRunning(process: ProcessInfo): Promise<boolean> {
  const now = await readProcess(process.pid);
  return now?.startTime === process.startTime;
}

/** Resolves to whether the process ended within the deadline (milliseconds). */
export async function waitForExit(process: ProcessInfo, deadline: number): Promise<boolean> {
  const ended = await pollUntil(async () => ((await isRunning(process)) ? undefined : true), { deadline });
  return ended ?? false;
}

/** Sends a signal; a process that has ended meanwhile is fine. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasErrorCode(error, 'ESRCH')) throw error;
  }
}

/** The processes of an engine: its daemons, named by their directory or namespace, and their descendants. */
export function selectEngineProcesses(
  processes: readonly ProcessInfo[],
  engine: { readonly execDirectory: string; readonly containerdNamespace: string },
): readonly ProcessInfo[] {
  const selected = new Set(processes.filter((process) => isDaemonOf(process, engine)));
  for (let size = -1; size !== selected.size;) {
    size = selected.size;
    const ids = new Set([...selected].map(({ pid }) => pid));
    for (const process of processes) if (ids.has(process.parent)) selected.add(process);
  }
  return [...selected];
}

const DAEMONS = /^(?:dockerd|containerd|containerd-shim.*|runc)$/;

function isDaemonOf(
  { commandLine }: ProcessInfo,
  { execDirectory, containerdNamespace }: { readonly execDirectory: string; readonly containerdNamespace: string },
): boolean {
  const [program = '', ...parameters] = commandLine;
  if (!DAEMONS.test(basename(program))) return false;
  return parameters.some(
    (parameter) =>
      parameter === containerdNamespace || parameter === execDirectory || parameter.startsWith(`${execDirectory}/`),
  );
}

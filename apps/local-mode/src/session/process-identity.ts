import { readFile, readlink } from 'node:fs/promises';
import * as z from 'zod';

/** A process, told apart from any later one that got the same id. */
export const ProcessIdentity = z.strictObject({
  pid: z.int().positive(),
  /** Clock ticks since the machine started. */
  startTime: z.string(),
  /** Boot of the machine, and namespace in which the id counts. */
  scope: z.string(),
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** `null`: no such process runs; one that has ended and waits for its parent does not. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  const startTime = await readStartTime(pid);
  return startTime === null ? null : { pid, startTime, scope: await readScope() };
}

/** Whether that very process still runs. */
export async function isRunning({ pid, startTime, scope }: ProcessIdentity): Promise<boolean> {
  return (await readStartTime(pid)) === startTime && (await readScope()) === scope;
}

/** Sends a signal to that very process; nothing happens when it has ended. */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(identity))) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function readStartTime(pid: number): Promise<string | null> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null;
    throw error;
  }
  // The second field is a name in parentheses, which may itself contain blanks and parentheses.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? null : (fields[18] ?? null);
}

async function readScope(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
}

import { readFileSync, readlinkSync } from 'node:fs';
import { systemCodeOf } from './errors.ts';

/** A process as other processes recognise it. */
export interface HolderProcess {
  readonly pid: number;
  /** Clock ticks from the boot to its start: process ids come back. */
  readonly startTime: string;
  /** The boot and the process namespace in which `pid` counts. */
  readonly scope: string;
}

export function thisProcess(): HolderProcess {
  const startTime = startTimeOf(process.pid);
  if (startTime === null) throw new TypeError('/proc does not show this process');
  return { pid: process.pid, startTime, scope: currentScope() };
}

/**
 * Whether it runs still. A process of another namespace is not seen from here: it counts as ended, as the container of a
 * supervisor has ended when its successor starts.
 */
export function isRunning({ pid, startTime, scope }: HolderProcess): boolean {
  return scope === currentScope() && startTimeOf(pid) === startTime;
}

function currentScope(): string {
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
}

/** `null`: there is no such process, or it has ended and was not waited for. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in parentheses, which may contain blanks and parentheses.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : (fields[18] ?? null);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { hasErrorCode } from '@device-supervisor/errors';

/** Ticks of the kernel's process accounting in a second: USER_HZ, the same on every architecture. */
const TICKS = 100;
/** Places in `/proc/<pid>/stat` after the name of the program: own time, and that of children that were waited for. */
const FIRST = 11;
const LAST = 15;

/**
 * Seconds of processor time that all processes of this process namespace have used since it began, those that ended
 * included: their time goes to the process that waited for them, at the latest to the first one of the namespace.
 */
export function processorSeconds(): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.reduce((sum, pid) => sum + ticksOf(pid), 0) / TICKS;
}

function ticksOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name is in parentheses, and may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(FIRST, LAST).reduce((sum, field) => sum + Number(field), 0);
  } catch (error) {
    // It has ended since the list was read.
    if (hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'ESRCH')) return 0;
    throw error;
  }
}

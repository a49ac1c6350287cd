import { readFile } from 'node:fs/promises';
import { waitFor, type SupervisorProcess } from '@device-supervisor/testbed';

/** Milliseconds of processor time of the supervisor's main thread, which no other process slows down. */
export async function mainThreadTime({ pid }: SupervisorProcess): Promise<number> {
  const [nanoseconds = '0'] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ');
  return Number(nanoseconds) / 1e6;
}

/** Resolves when the supervisor has nothing left to do but wait. */
export async function quiet(supervisor: SupervisorProcess): Promise<void> {
  let before = Number.NaN;
  let stillFor = 0;
  await waitFor('a supervisor at rest', async () => {
    const now = await mainThreadTime(supervisor);
    stillFor = now - before < 0.5 ? stillFor + 1 : 0;
    before = now;
    return stillFor >= LOOKS_AT_REST;
  });
}

/** So many looks, 50 ms apart, at a processor time that stays the same: longer than the loop gathers changes. */
const LOOKS_AT_REST = 14;

/** A supervisor that runs would remove what it was not asked for. */
export async function whilePaused<T>({ pid }: SupervisorProcess, measure: () => Promise<T>): Promise<T> {
  process.kill(pid, 'SIGSTOP');
  try {
    return await measure();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

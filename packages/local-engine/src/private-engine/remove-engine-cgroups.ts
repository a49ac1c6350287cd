import { resolve } from 'node:path';
import { cgroupProcesses, removeCgroup, topCgroups } from './cgroups.ts';
import { cgroupPrefix } from './engine-paths.ts';
import { sendSignal } from './processes.ts';

/**
 * Removes the cgroups of engines in a directory, or below it, that were killed from outside, and ends what still runs in
 * them: a paused container cannot die of anything else. Resolves to what could not be removed.
 */
export async function removeEngineCgroups(directory: string): Promise<readonly string[]> {
  const cgroups = await listEngineCgroups(directory);
  const left = await Promise.all(
    cgroups.map(async (cgroup) => {
      for (const pid of await cgroupProcesses(cgroup)) sendSignal(pid, 'SIGKILL');
      return await removeCgroup(cgroup);
    }),
  );
  return left.flat();
}

/** Cgroups of the engines in a directory, or below it, e.g. `/device-supervisor-srv-engine-1a2b3c4d`. */
export async function listEngineCgroups(directory: string): Promise<readonly string[]> {
  const prefix = cgroupPrefix(resolve(directory));
  return (await topCgroups()).filter((name) => name.startsWith(prefix));
}

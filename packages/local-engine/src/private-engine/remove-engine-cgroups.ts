import { resolve } from 'node:path';
import { removeCgroup, topCgroups } from './cgroups.ts';
import { cgroupPrefix } from './engine-paths.ts';

/**
 * Removes the cgroups that engines in a directory, or below it, left behind when they and all their processes were killed
 * from outside. Resolves to what could not be removed.
 */
export async function removeEngineCgroups(directory: string): Promise<readonly string[]> {
  const prefix = cgroupPrefix(resolve(directory));
  const cgroups = (await topCgroups()).filter((name) => name.startsWith(prefix));
  const left = await Promise.all(cgroups.map(removeCgroup));
  return left.flat();
}

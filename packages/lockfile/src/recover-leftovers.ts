import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeftoverLock } from './device-update-locks.ts';
import { LockDirectoryError, systemCodeOf } from './errors.ts';
import type { LockContext } from './lock-context.ts';
import { LOCK_NAMES } from './lock-directory.ts';
import { inspectLock, removeOwnLock, stagedBy } from './marker.ts';

/** Removes the locks and staged markers of other runs of this supervisor. @throws LockDirectoryError */
export async function recoverLeftovers(context: LockContext): Promise<readonly LeftoverLock[]> {
  const { directory, fileSystem, owner } = context;
  const removed: LeftoverLock[] = [];
  for (const entry of await readDirectory(directory)) {
    const stager = stagedBy(entry.name);
    if (stager !== null && stager !== owner.instance) removeStaged(context, entry.name);
    if (!entry.isDirectory() || !/^\d+$/.test(entry.name)) continue;
    for (const service of await readDirectory(join(directory, entry.name))) {
      if (!service.isDirectory()) continue;
      for (const name of LOCK_NAMES) {
        const path = join(directory, entry.name, service.name, name);
        const state = await inspectLock(path, owner.holder);
        if (state.kind !== 'ours' || state.instance === owner.instance) continue;
        removeOwnLock(fileSystem, path, state);
        removed.push({ appId: Number(entry.name), service: service.name, path });
      }
    }
  }
  return removed;
}

function removeStaged({ directory, fileSystem }: LockContext, name: string): void {
  const path = join(directory, name);
  try {
    fileSystem.unlink(path);
  } catch (error) {
    throw new LockDirectoryError(path, error);
  }
}

async function readDirectory(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw new LockDirectoryError(path, error);
  }
}

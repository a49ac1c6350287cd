import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeftoverLock } from './device-update-locks.ts';
import { LockDirectoryError, systemCodeOf } from './errors.ts';
import type { LockContext } from './lock-context.ts';
import { LOCK_NAMES } from './lock-directory.ts';
import { inspectLock, isAbandoned, isStaged, removeOwnLock } from './marker.ts';

/** Removes the locks of earlier runs of the holder, and staged markers of any process that has ended. @throws LockDirectoryError */
export async function recoverLeftovers(context: LockContext): Promise<readonly LeftoverLock[]> {
  const { directory, fileSystem, owner } = context;
  const removed: LeftoverLock[] = [];
  for (const entry of await readDirectory(directory)) {
    if (isStaged(entry.name) && (await isAbandoned(join(directory, entry.name)))) removeStaged(context, entry.name);
    if (!entry.isDirectory() || !/^\d+$/.test(entry.name)) continue;
    for (const service of await readDirectory(join(directory, entry.name))) {
      if (!service.isDirectory()) continue;
      for (const name of LOCK_NAMES) {
        const path = join(directory, entry.name, service.name, name);
        const state = await inspectLock(path, owner);
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

import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from './errors.ts';
import { HAND_OVER_NAMES } from './hand-over-markers.ts';
import type { LockContext } from './lock-context.ts';
import { LOCK_NAMES } from './lock-directory.ts';
import { removeTree } from './remove-tree.ts';

const KNOWN_NAMES: ReadonlySet<string> = new Set([...LOCK_NAMES, ...HAND_OVER_NAMES]);
/** Files that a service keeps in its lock directory below these limits stay. */
const MAX_BYTES = 1024 * 1024;
const MAX_ENTRIES = 100;

/**
 * Empties the lock directories that fill the file system. They are for locks alone, and all apps share the file system,
 * so one service must not stop the updates of the others. Locks stay.
 *
 * @returns how many directories were emptied
 */
export async function freeSpace({ directory, logger }: LockContext): Promise<number> {
  let freed = 0;
  for (const app of await namesIn(directory)) {
    if (!/^\d+$/.test(app)) continue;
    for (const service of await namesIn(join(directory, app))) {
      const path = join(directory, app, service);
      const names = (await namesIn(path)).filter((name) => !KNOWN_NAMES.has(name));
      if (names.length === 0 || !(await isLarge(path, names))) continue;
      const removed = await Promise.allSettled(names.map((name) => removeTree(join(path, name))));
      if (removed.every(({ status }) => status === 'rejected')) continue;
      freed++;
      logger(
        `service ${service} of app ${app} filled the file system through its lock directory /tmp/balena; ` +
          `everything in it except its locks was removed. Let the service write elsewhere`,
      );
    }
  }
  return freed;
}

async function isLarge(path: string, names: readonly string[]): Promise<boolean> {
  if (names.length > MAX_ENTRIES) return true;
  let bytes = 0;
  for (const name of names) {
    const entry = await lstat(join(path, name)).catch(() => null);
    // The contents of a directory are not counted: it does not belong there.
    if (entry?.isDirectory() === true) return true;
    bytes += entry?.isFile() === true ? entry.size : 0;
  }
  return bytes > MAX_BYTES;
}

/** Never those of a directory that a link leads to. */
async function namesIn(path: string): Promise<readonly string[]> {
  try {
    const [here, there] = await Promise.all([lstat(path), stat(path)]);
    return here.isDirectory() && here.ino === there.ino ? await readdir(path) : [];
  } catch (error) {
    if (systemCodeOf(error) !== null) return [];
    throw error;
  }
}

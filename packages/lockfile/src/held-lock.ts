import { randomUUID } from 'node:crypto';
import { callbackify } from 'node:util';
import { lock } from 'proper-lockfile';
import { systemCodeOf } from './errors.ts';
import type { LockFileSystem } from './file-system.ts';
import type { Marker } from './marker.ts';

/** One lock file that is ours. */
export interface HeldLock {
  readonly path: string;
  /** Looks whether it is still there. */
  isHeld(): boolean;
  /** Removes it, unless something else took its place. */
  release(): Promise<void>;
}

export interface TakeLockOptions {
  readonly fileSystem: LockFileSystem;
  readonly marker: Marker;
  /** Milliseconds between two looks at whether it is still there; at least 1000. */
  readonly verifyInterval: number;
  /** Called at most once: it is not there any more. */
  readonly onCompromised: (cause: Error) => void;
}

/**
 * Makes the lock at `path`, whole or not at all, however others try at the same moment.
 *
 * @returns `null` when something is there
 */
export async function takeLock(path: string, options: TakeLockOptions): Promise<HeldLock | null> {
  const { marker, verifyInterval, onCompromised } = options;
  try {
    const release = await lock(`${path}#${randomUUID()}`, {
      lockfilePath: path,
      realpath: false,
      // Services hold locks for days. `update` must be finite beside it: a timer of Infinity fires all the time.
      stale: Infinity,
      update: verifyInterval,
      fs: linkingFileSystem(options.fileSystem, marker),
      onCompromised,
    });
    return {
      path,
      isHeld: () => marker.isAt(path),
      release: async () => {
        try {
          await release();
        } catch (error) {
          if (systemCodeOf(error) !== 'ERELEASED') throw error;
          marker.removeFrom(path);
        }
      },
    };
  } catch (error) {
    if (systemCodeOf(error) === 'ELOCKED') return null;
    throw error;
  }
}

/**
 * The part of `fs` that proper-lockfile uses, so that its directory is a link to the marker instead. The modification time that
 * it uses as proof of possession is kept in memory: the proof is the inode, and a service may touch(1) what it likes.
 */
function linkingFileSystem(fileSystem: LockFileSystem, marker: Marker) {
  let linked = false;
  let modified = new Date(0);
  const remove = (path: string): void => marker.removeFrom(path);
  return {
    mkdir: callbackify(async (path: string): Promise<void> => {
      await fileSystem.link(marker.path, path);
      linked = true;
    }),
    stat: callbackify(async (path: string): Promise<{ mtime: Date }> => {
      if (linked && !marker.isAt(path)) throw Object.assign(new Error('the lock is gone'), { code: 'ENOENT' });
      return { mtime: modified };
    }),
    utimes: callbackify(async (_path: string, _accessed: Date, date: Date): Promise<void> => {
      modified = date;
    }),
    rmdir: callbackify(async (path: string): Promise<void> => remove(path)),
    rmdirSync: remove,
  };
}

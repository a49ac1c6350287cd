import { statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LockedApp, ServiceReference } from '@device-supervisor/update-locks';
import { createChangeQueue } from './change-queue.ts';
import { LockWatchError, systemCodeOf } from './errors.ts';
import { HAND_OVER_NAMES } from './hand-over-markers.ts';
import { LOCK_NAMES, serviceDirectory } from './lock-directory.ts';

export interface WatchLocksOptions {
  readonly directory: string;
  readonly apps: readonly LockedApp[];
  readonly signal: AbortSignal;
}

const WATCHED_NAMES: ReadonlySet<string> = new Set([...LOCK_NAMES, ...HAND_OVER_NAMES]);

interface WatchedDirectory {
  readonly watcher: FSWatcher;
  readonly inode: bigint;
}

/**
 * Watches the lock directories of services with inotify, for locks and for what says that a hand-over is complete, and the directories above them, so that one that is removed
 * and made again is watched again. Watching has begun when this returns.
 *
 * @throws LockWatchError, also while iterating
 */
export function watchLocks({ directory, apps, signal }: WatchLocksOptions): AsyncIterable<ServiceReference> {
  const services = servicePaths(directory, apps);
  const watched = new Map<string, WatchedDirectory>();
  const queue = createChangeQueue({ signal, onEnd: () => [...watched.keys()].forEach(unwatch) });

  function unwatch(path: string): void {
    watched.get(path)?.watcher.close();
    watched.delete(path);
  }

  /** Starts what must be watched now. A directory is watched before anyone looks what is in it, so nothing is missed. */
  function refresh(): void {
    const wanted = new Set<string>();
    for (const path of services.keys()) {
      for (const level of [directory, dirname(path), path]) {
        if (!watchDirectory(level)) {
          if (level === directory) wanted.add(watchAncestor(directory));
          break;
        }
        wanted.add(level);
      }
    }
    [...watched.keys()].filter((path) => !wanted.has(path)).forEach(unwatch);
  }

  /** @returns whether it is there */
  function watchDirectory(path: string): boolean {
    try {
      const inode = statSync(path, { bigint: true }).ino;
      if (watched.get(path)?.inode === inode) return true;
      unwatch(path);
      const watcher = watch(path, (event, name) => onEvent(path, event, name));
      watcher.on('error', (error) => queue.fail(new LockWatchError(path, error)));
      watched.set(path, { watcher, inode });
      return true;
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      throw new LockWatchError(path, error);
    }
  }

  /** @returns the nearest one that is there */
  function watchAncestor(path: string): string {
    const parent = dirname(path);
    return watchDirectory(parent) || parent === path ? parent : watchAncestor(parent);
  }

  function onEvent(path: string, event: string, name: string | null): void {
    if (event !== 'rename') return;
    const service = services.get(path);
    if (service !== undefined && name !== null && name !== basename(path)) {
      if (WATCHED_NAMES.has(name)) queue.push(service);
      return;
    }
    // The entry of that name is another one now, or the directory itself is, even when its inode number is the old one.
    onReplaced(name === null || name === basename(path) ? path : join(path, name));
    if (name === basename(path)) onReplaced(join(path, name));
    try {
      refresh();
    } catch (error) {
      queue.fail(error instanceof Error ? error : new LockWatchError(path, error));
    }
  }

  function onReplaced(path: string): void {
    unwatch(path);
    for (const [servicePath, service] of services) {
      if (`${servicePath}/`.startsWith(`${path}/`)) queue.push(service);
    }
  }

  if (!signal.aborted) {
    try {
      refresh();
    } catch (error) {
      [...watched.keys()].forEach(unwatch);
      throw error;
    }
  }
  return queue;
}

function servicePaths(directory: string, apps: readonly LockedApp[]): ReadonlyMap<string, ServiceReference> {
  const paths = new Map<string, ServiceReference>();
  for (const { appId, services } of apps) {
    for (const service of services) paths.set(serviceDirectory(directory, appId, service), { appId, service });
  }
  return paths;
}

import { randomUUID } from 'node:crypto';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { LockDirectoryError, LockWatchError } from './errors.ts';
import { nodeFileSystem } from './file-system.ts';
import { takeLock } from './held-lock.ts';
import { thisProcess } from './holder-process.ts';
import { LOCK_NAMES } from './lock-directory.ts';
import { inspectLock, removeOwnLock, stageMarker, type MarkerOwner } from './marker.ts';

export interface ServiceLockOptions {
  /** Where the container has the locks of its service. Default: `/tmp/balena`. */
  readonly directory?: string;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

export interface HoldOptions extends ServiceLockOptions {
  /** Name of your program: what a run of it left behind when it crashed is taken over by the next one. */
  readonly holder: string;
}

/** The update lock of this service. Disposing of it releases it; so does the end of the process, except by SIGKILL. */
export interface ServiceLock extends AsyncDisposable {
  readonly path: string;
}

type LockOwner = Pick<MarkerOwner, 'holder' | 'instance'>;

const DIRECTORY = '/tmp/balena';
/** Milliseconds between two looks at whether the lock is still there. */
const VERIFY_INTERVAL = 5000;

/**
 * Holds the update lock of the service that this program is in, so that its containers are neither stopped nor replaced.
 * Waits while another program of the service, or the supervisor for an update, holds it.
 *
 * @example
 * ```ts
 * const lock = await holdUpdateLock({ holder: 'backup' });
 * // The supervisor leaves this service alone here.
 * await lock[Symbol.asyncDispose]();
 * ```
 *
 * @throws LockDirectoryError when there is no such directory; the reason of `signal` when it is aborted while waiting
 */
export async function holdUpdateLock({ holder, directory = DIRECTORY, signal }: HoldOptions): Promise<ServiceLock> {
  const owner = { holder, instance: randomUUID(), process: thisProcess() };
  for (;;) {
    const lock = await take(directory, owner);
    if (lock !== null) return lock;
    await waitUntilFree(directory, owner, signal);
  }
}

/**
 * Waits until no program of the service holds its update lock, and the supervisor does not either.
 *
 * @throws LockDirectoryError, LockWatchError; the reason of `signal` when it is aborted
 */
export async function waitUntilUnlocked({ directory = DIRECTORY, signal }: ServiceLockOptions = {}): Promise<void> {
  await waitUntilFree(directory, { holder: '', instance: '' }, signal);
}

/** @param owner what an earlier run of it left behind does not count */
async function waitUntilFree(directory: string, owner: LockOwner, signal: AbortSignal | undefined): Promise<void> {
  const ended = new AbortController();
  const watched = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const changes = watchDirectory(directory, watched);
  try {
    while (await isLocked(directory, owner)) await changes.next();
  } finally {
    ended.abort();
  }
}

/** @returns `null`: another one holds it */
async function take(directory: string, owner: MarkerOwner): Promise<ServiceLock | null> {
  if (await isLocked(directory, owner)) return null;
  const path = join(directory, LOCK_NAMES[0]);
  const marker = await stageMarker(nodeFileSystem, directory, owner);
  try {
    // A leftover holds the lock until ours is ready to take its place.
    const leftover = await inspectLock(path, owner);
    if (leftover.kind === 'ours') removeOwnLock(nodeFileSystem, path, leftover);
    const onCompromised = (): void => undefined;
    const lock = await takeLock(path, {
      fileSystem: nodeFileSystem,
      marker,
      verifyInterval: VERIFY_INTERVAL,
      onCompromised,
    });
    marker.unstage();
    if (lock === null) {
      await marker.close();
      return null;
    }
    return {
      path,
      async [Symbol.asyncDispose]() {
        try {
          await lock.release();
        } finally {
          await marker.close();
        }
      },
    };
  } catch (error) {
    await marker.close();
    throw error instanceof LockDirectoryError ? error : new LockDirectoryError(path, error);
  }
}

async function isLocked(directory: string, owner: LockOwner): Promise<boolean> {
  const states = await Promise.all(LOCK_NAMES.map((name) => inspectLock(join(directory, name), owner)));
  return states.some(({ kind }) => kind === 'foreign');
}

/** Watching has begun when this returns. */
function watchDirectory(directory: string, signal: AbortSignal): { next(): Promise<void> } {
  let change = Promise.withResolvers<void>();
  const fail = (reason: unknown): void => {
    // The next wait reports a failure that no wait has seen.
    change.promise.catch(() => undefined);
    change.reject(reason);
  };
  if (signal.aborted) {
    fail(signal.reason);
  } else {
    const watcher = open(directory, () => change.resolve());
    watcher.on('error', (error) => fail(new LockWatchError(directory, error)));
    signal.addEventListener('abort', () => (watcher.close(), fail(signal.reason)), { once: true });
  }
  return {
    async next() {
      await change.promise;
      change = Promise.withResolvers();
      if (signal.aborted) fail(signal.reason);
    },
  };
}

function open(directory: string, onChange: () => void): ReturnType<typeof watch> {
  try {
    return watch(directory, onChange);
  } catch (error) {
    throw new LockDirectoryError(directory, error);
  }
}

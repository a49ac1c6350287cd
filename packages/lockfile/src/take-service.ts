import { join } from 'node:path';
import { LeaseCompromisedError, LockDirectoryError, systemCodeOf } from './errors.ts';
import { takeLock, type HeldLock, type TakeLockOptions } from './held-lock.ts';
import type { LeaseFiles } from './lease-files.ts';
import type { LockContext } from './lock-context.ts';
import { LOCK_NAMES, prepareServiceDirectory, serviceDirectory } from './lock-directory.ts';
import { inspectLock, removeOwnLock, type Marker } from './marker.ts';
import { removeTree } from './remove-tree.ts';
import { mayGoWithoutFiles, takeWithoutFiles } from './take-without-files.ts';

/** Both locks of one service. */
export interface HeldService {
  readonly service: string;
  /** Looks at both. @throws LeaseCompromisedError when one is gone, LockDirectoryError */
  assertHeld(): void;
  /** @throws LockDirectoryError; what could not be removed is then a left-over of ours. */
  release(): Promise<void>;
}

export interface TakeServiceOptions {
  readonly appId: number;
  readonly service: string;
  /** Removes what the service holds. */
  readonly force: boolean;
  readonly files: LeaseFiles;
  readonly onCompromised: (error: LeaseCompromisedError) => void;
}

/** A service that takes its lock repeatedly, faster than we remove it, keeps it after so many times. */
const MAX_ATTEMPTS = 100;

/**
 * Takes both locks of one service, or none. Where the file system takes no more files, space is freed, or the locks are
 * taken without one.
 *
 * @returns `null` when the service holds one
 * @throws LockDirectoryError, InvalidServiceNameError
 */
export async function takeService(context: LockContext, options: TakeServiceOptions): Promise<HeldService | null> {
  try {
    return await takeWithFiles(context, options);
  } catch (error) {
    if (!(error instanceof LockDirectoryError) || !mayGoWithoutFiles(error, options.force)) throw error;
    if (error.details.problem === 'no-space' && (await options.files.freeSpace()) > 0) {
      const again = await Promise.allSettled([takeWithFiles(context, options)]);
      if (again[0].status === 'fulfilled') return again[0].value;
    }
    context.logger(`${error.message}. Service ${options.service} is updated without a lock file meanwhile`);
    return await takeWithoutFiles(context, { ...options, isOurDirectory: error.details.problem !== 'not-a-directory' });
  }
}

async function takeWithFiles(context: LockContext, options: TakeServiceOptions): Promise<HeldService | null> {
  const path = serviceDirectory(context.directory, options.appId, options.service);
  const locks: HeldLock[] = [];
  try {
    const marker = await options.files.marker();
    await prepareServiceDirectory(context.fileSystem, path);
    for (const name of LOCK_NAMES) {
      const lock = await takeOrClear(context, join(path, name), { ...options, marker });
      if (lock === null) {
        await release(locks);
        return null;
      }
      locks.push(lock);
    }
    return {
      service: options.service,
      assertHeld: () => assertHeld(locks, options),
      release: () => release(locks),
    };
  } catch (error) {
    // Should this fail too, then the next one to take the locks finds left-overs of ours.
    await Promise.allSettled([release(locks)]);
    throw error instanceof LockDirectoryError ? error : new LockDirectoryError(path, error);
  }
}

async function takeOrClear(
  context: LockContext,
  path: string,
  options: TakeServiceOptions & { readonly marker: Marker },
): Promise<HeldLock | null> {
  const { fileSystem, verifyInterval, owner } = context;
  const take: TakeLockOptions = {
    fileSystem,
    marker: options.marker,
    verifyInterval,
    onCompromised: (cause) => options.onCompromised(new LeaseCompromisedError(options, path, cause)),
  };
  for (let attempt = 1; ; attempt++) {
    const lock = await takeLock(path, take);
    if (lock !== null || attempt === MAX_ATTEMPTS) return lock;
    const state = await inspectLock(path, owner);
    // The app has no other lease, so what is ours there was left behind.
    if (state.kind === 'ours') removeOwnLock(fileSystem, path, state);
    else if (options.force) await removeForeign(path);
    else if (state.kind === 'foreign') return null;
  }
}

async function removeForeign(path: string): Promise<void> {
  try {
    await removeTree(path);
  } catch (error) {
    const code = systemCodeOf(error);
    // It is being changed at this moment: the caller tries again.
    if (code !== 'ENOTEMPTY' && code !== 'ENOTDIR') throw new LockDirectoryError(path, error);
  }
}

function assertHeld(locks: readonly HeldLock[], options: TakeServiceOptions): void {
  for (const lock of locks) {
    if (isHeld(lock)) continue;
    const error = new LeaseCompromisedError(options, lock.path);
    options.onCompromised(error);
    throw error;
  }
}

function isHeld(lock: HeldLock): boolean {
  try {
    return lock.isHeld();
  } catch (error) {
    throw new LockDirectoryError(lock.path, error);
  }
}

/** Releases every one, then throws the first failure. */
async function release(locks: readonly HeldLock[]): Promise<void> {
  const removals = await Promise.allSettled(locks.map((lock) => lock.release()));
  for (const [index, lock] of locks.entries()) {
    const removal = removals[index];
    if (removal?.status === 'rejected') throw new LockDirectoryError(lock.path, removal.reason);
  }
}

import { randomUUID } from 'node:crypto';
import { constants, lstatSync, type BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LockDirectoryError, systemCodeOf } from './errors.ts';
import type { LockFileSystem } from './file-system.ts';
import { isRunning, type HolderProcess } from './holder-process.ts';

/** The maker of a lock: a holder, which run of it, and the process of that run. */
export interface MarkerOwner {
  readonly holder: string;
  readonly instance: string;
  readonly process: HolderProcess;
}

/**
 * A file that is complete on disk before link(2) makes it a lock: our lock has its content from the first instant, and can
 * be distinguished from a service's after a crash.
 */
export interface Marker {
  /** Where it is staged, outside of what services see. */
  readonly path: string;
  /** Whether `path` is this very file. */
  isAt(path: string): boolean;
  /** Removes `path` if it is this very file; else leaves it alone. */
  removeFrom(path: string): void;
  /** Removes the staged name; the locks linked to it stay. */
  unstage(): void;
  /** Unstages it too. To be called last: as long as it is open, no other file can get its inode number. */
  close(): Promise<void>;
}

/** The object at the path of a lock. */
export type LockState = { readonly kind: 'free' } | { readonly kind: 'foreign' } | OwnLock;

/** A lock that we made, or an earlier run of our holder whose process has ended. */
export interface OwnLock {
  readonly kind: 'ours';
  readonly instance: string;
  readonly inode: bigint;
}

const STAGED = '.staged-';
const FORMAT = 'device-supervisor/1';
/** No content of ours is longer. */
const MAX_BYTES = 1024n;

/** @throws LockDirectoryError */
export async function stageMarker(fileSystem: LockFileSystem, directory: string, owner: MarkerOwner): Promise<Marker> {
  const path = join(directory, `${STAGED}${owner.instance}-${randomUUID()}`);
  try {
    const file = await fileSystem.create(path);
    try {
      const { dev, ino } = await file.stat({ bigint: true });
      // The inode number makes a copy of our lock, e.g. by a backup, something else than our lock.
      await fileSystem.write(file, `${JSON.stringify({ lock: FORMAT, ...owner, inode: String(ino) })}\n`);
      await fileSystem.sync(file);
      const isAt = (at: string): boolean => {
        const stats = lstatSync(at, { bigint: true, throwIfNoEntry: false });
        return stats !== undefined && stats.dev === dev && stats.ino === ino;
      };
      const removeFrom = (at: string): void => {
        if (isAt(at)) fileSystem.unlink(at);
      };
      const unstage = (): void => removeFrom(path);
      const close = async (): Promise<void> => {
        try {
          unstage();
        } finally {
          await file.close();
        }
      };
      return { path, isAt, removeFrom, unstage, close };
    } catch (error) {
      await file.close();
      fileSystem.unlink(path);
      throw error;
    }
  } catch (error) {
    throw new LockDirectoryError(directory, error);
  }
}

export function isStaged(fileName: string): boolean {
  return fileName.startsWith(STAGED);
}

/** Whether nothing links a staged marker any more: its process has ended, or did so before it was written. */
export async function isAbandoned(path: string): Promise<boolean> {
  const marker = await readMarker(path);
  return typeof marker === 'string' ? marker !== 'free' : !isAlive(marker);
}

/**
 * Tells who made the lock at `path`, as `owner` sees it: that of a running process is foreign even under the same holder.
 *
 * @throws LockDirectoryError
 */
export async function inspectLock(path: string, owner: Pick<MarkerOwner, 'holder' | 'instance'>): Promise<LockState> {
  const marker = await readMarker(path);
  if (typeof marker === 'string') return { kind: marker };
  const { holder, instance, inode } = marker;
  if (holder !== owner.holder) return { kind: 'foreign' };
  if (instance !== owner.instance && isAlive(marker)) return { kind: 'foreign' };
  return { kind: 'ours', instance, inode };
}

interface WrittenMarker {
  readonly holder: string;
  readonly instance: string;
  /** `null`: written by a version that did not record it. */
  readonly process: HolderProcess | null;
  readonly inode: bigint;
}

/**
 * Opens nothing but a regular file of our own user: anything else may block, or be a link to anywhere.
 *
 * @returns `foreign`: something else than a marker
 * @throws LockDirectoryError
 */
async function readMarker(path: string): Promise<WrittenMarker | 'free' | 'foreign'> {
  try {
    // Most locks are not there: a look takes less time than to hand the call to another thread.
    const entry = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (entry === undefined) return 'free';
    if (!mayBeOurs(entry)) return 'foreign';
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await file.stat({ bigint: true });
      if (!mayBeOurs(stats)) return 'foreign';
      return parseMarker(await file.readFile('utf8'), stats.ino) ?? 'foreign';
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'free';
    if (code === 'ELOOP') return 'foreign';
    throw new LockDirectoryError(path, error);
  }
}

function isAlive({ process }: WrittenMarker): boolean {
  return process !== null && isRunning(process);
}

/** Removes it unless something else took its place. @throws LockDirectoryError */
export function removeOwnLock(fileSystem: LockFileSystem, path: string, own: OwnLock): void {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats !== undefined && mayBeOurs(stats) && stats.ino === own.inode) fileSystem.unlink(path);
  } catch (error) {
    throw new LockDirectoryError(path, error);
  }
}

function mayBeOurs(stats: BigIntStats): boolean {
  const uid = process.geteuid?.();
  return stats.isFile() && stats.size <= MAX_BYTES && (uid === undefined || stats.uid === BigInt(uid));
}

/** @returns `null`: the text is no marker, or that of another file */
function parseMarker(text: string, inode: bigint): WrittenMarker | null {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return null;
  if (!('lock' in value && 'holder' in value && 'instance' in value && 'inode' in value)) return null;
  const { lock, holder, instance } = value;
  if (lock !== FORMAT || value.inode !== String(inode)) return null;
  if (typeof holder !== 'string' || typeof instance !== 'string') return null;
  return { holder, instance, process: 'process' in value ? readProcess(value.process) : null, inode };
}

function readProcess(value: unknown): HolderProcess | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('pid' in value && 'startTime' in value && 'scope' in value)) return null;
  const { pid, startTime, scope } = value;
  if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof scope !== 'string') return null;
  return { pid, startTime, scope };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

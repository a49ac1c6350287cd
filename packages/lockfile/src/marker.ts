import { randomUUID } from 'node:crypto';
import { constants, lstatSync, type BigIntStats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { LockDirectoryError, systemCodeOf } from './errors.ts';
import type { LockFileSystem } from './file-system.ts';

/** Which supervisor made a lock, and which run of it. */
export interface MarkerOwner {
  readonly holder: string;
  readonly instance: string;
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

/** A lock that a run of this supervisor made. */
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

/** Name of the run that staged this file; `null`: it is no staged marker. */
export function stagedBy(fileName: string): string | null {
  return fileName.startsWith(STAGED) ? fileName.slice(STAGED.length, STAGED.length + randomUUID().length) : null;
}

/**
 * Tells who made the lock at `path`. Opens nothing but a regular file of our own user: anything else may block, or be a
 * link to anywhere.
 *
 * @throws LockDirectoryError
 */
export async function inspectLock(path: string, holder: string): Promise<LockState> {
  try {
    if (!mayBeOurs(await lstat(path, { bigint: true }))) return { kind: 'foreign' };
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await file.stat({ bigint: true });
      if (!mayBeOurs(stats)) return { kind: 'foreign' };
      const instance = parseMarker(await file.readFile('utf8'), holder, stats.ino);
      return instance === null ? { kind: 'foreign' } : { kind: 'ours', instance, inode: stats.ino };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'free' };
    if (code === 'ELOOP') return { kind: 'foreign' };
    throw new LockDirectoryError(path, error);
  }
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

/** @returns the instance that wrote it; `null`: `holder` did not */
function parseMarker(text: string, holder: string, inode: bigint): string | null {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return null;
  if (!('lock' in value && 'holder' in value && 'instance' in value && 'inode' in value)) return null;
  if (value.lock !== FORMAT || value.holder !== holder || value.inode !== String(inode)) return null;
  return typeof value.instance === 'string' ? value.instance : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

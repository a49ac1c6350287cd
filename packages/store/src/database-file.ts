import { createHash, hash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { hasErrorCode } from '@device-supervisor/errors';
import { makeDirectory } from './make-directory.ts';

/** Only its owner may read it: there are keys in it. */
const FILE_MODE = 0o600;
/** Bytes that are read at a time. */
const PIECE = 64 * 1024;

/**
 * A database as a file that is only ever replaced as a whole: at every moment, also of a power cut, it holds what was
 * written last or what was written before.
 */
export class DatabaseFile {
  readonly path: string;
  readonly #temporary: string;
  /** Digest of what it must hold; `null`: nothing was read or written so far. */
  #digest: string | null = null;

  constructor(path: string) {
    this.path = path;
    this.#temporary = `${path}.new`;
  }

  /** Its content; `null`: it is not there. Throws the error of the system call. */
  read(): Buffer | null {
    if (statSync(this.path, { throwIfNoEntry: false }) === undefined) return null;
    const bytes = readFileSync(this.path);
    this.#digest = digestOf(bytes);
    return bytes;
  }

  /** Whether it holds what was read or written last, and is readable by its owner alone. */
  isIntact(): boolean {
    return this.#digest !== null && this.#holds(this.#digest);
  }

  /**
   * Makes it hold the bytes, durably, unless it does. A file that took its place meanwhile is replaced. Throws the error of
   * the system call that failed; the file then holds what it held before.
   */
  write(bytes: Buffer): void {
    const digest = digestOf(bytes);
    if (digest === this.#digest && this.#holds(digest)) return;
    try {
      this.#writeTemporary(bytes);
      renameSync(this.#temporary, this.path);
    } catch (error) {
      this.discardLeftover();
      throw error;
    }
    syncDirectory(dirname(this.path));
    if (!this.#holds(digest)) throw new ChangedUnderneathError(this.path);
    this.#digest = digest;
  }

  /** Removes what a write that was cut off left behind, as far as that is possible. */
  discardLeftover(): void {
    try {
      rmSync(this.#temporary, { force: true });
    } catch {
      // A file system that is read-only keeps it; the next write uses the same name.
    }
  }

  #writeTemporary(bytes: Buffer): void {
    try {
      writeDurably(this.#temporary, bytes);
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
      // The directory was removed.
      makeDirectory(dirname(this.path));
      writeDurably(this.#temporary, bytes);
    }
  }

  #holds(digest: string): boolean {
    try {
      const { mode } = statSync(this.path);
      return (mode & 0o777) === FILE_MODE && digestOfFile(this.path) === digest;
    } catch {
      // Gone, or not readable any more: either way it does not hold it.
      return false;
    }
  }
}

/** The file reads back differently than it was written: the storage medium or another program changes it. */
class ChangedUnderneathError extends Error {
  readonly code = 'EIO';
  readonly syscall = 'read';

  constructor(path: string) {
    super(`EIO: ${path} does not hold what was just written to it`);
  }
}

/** Throws the error of the system call when a file can be neither made nor written at the path. */
export function ensureWritable(path: string): void {
  const present = statSync(path, { throwIfNoEntry: false });
  if (present === undefined) {
    makeDirectory(dirname(path));
    closeSync(openSync(path, 'a', FILE_MODE));
  } else if (present.isFile() && (present.mode & 0o777) !== FILE_MODE) {
    chmodSync(path, FILE_MODE);
  }
  accessSync(path, constants.R_OK | constants.W_OK);
}

function writeDurably(path: string, bytes: Buffer): void {
  // One that a write left behind may have other rights.
  rmSync(path, { force: true });
  const file = openSync(path, 'wx', FILE_MODE);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** In pieces: the file may be large, and memory small. */
function digestOfFile(path: string): string {
  const digest = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  const file = openSync(path, 'r');
  try {
    for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
      digest.update(piece.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return digest.digest('hex');
}

function digestOf(bytes: Buffer): string {
  return hash('sha256', bytes);
}

import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Only its owner may read it: there are keys in it. */
const FILE_MODE = 0o600;

/**
 * Makes an empty file, and its directory, unless they are there; sees to it that only the owner may read the file.
 * Throws the error of the system call when the file cannot be written to.
 */
export function ensureFile(path: string): void {
  const present = statSync(path, { throwIfNoEntry: false });
  if (present === undefined) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', FILE_MODE));
  } else if (present.isFile() && (present.mode & 0o777) !== FILE_MODE) {
    chmodSync(path, FILE_MODE);
  }
  // SQLite would open it for reading alone, and fail later with less to tell.
  accessSync(path, constants.R_OK | constants.W_OK);
}

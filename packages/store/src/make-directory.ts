import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrorCode } from '@device-supervisor/errors';

/**
 * Makes a directory and its missing parents, for our user alone. Not `recursive` of Node.js: that never returns where the
 * parent exists and cannot hold directories, as in /proc, and blocks the process.
 */
export function makeDirectory(path: string): void {
  try {
    makeOne(path);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT') || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    makeOne(path);
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
  }
}

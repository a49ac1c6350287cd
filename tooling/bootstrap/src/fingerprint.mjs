import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './error-code.mjs';

/**
 * One hash over the names and contents of files, and over further values. An absent file counts as such.
 *
 * @param {string} root
 * @param {readonly string[]} paths relative to the root
 * @param {readonly string[]} [values]
 */
export function fingerprint(root, paths, values = []) {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const path of [...paths].sort()) {
    const content = readOrNull(join(root, path));
    hash.update(`\0${path}\0${content === null ? 'absent' : content.length}\0`).update(content ?? '');
  }
  return hash.digest('hex');
}

/**
 * Every file below a folder, relative to the root; none when the folder is absent.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
export function filesBelow(root, folder) {
  return entriesOf(join(root, folder)).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(root, path);
    return entry.isFile() ? [path] : [];
  });
}

/**
 * Folders directly below a folder, relative to the root.
 *
 * @param {string} root
 * @param {string} folder
 */
export function foldersOf(root, folder) {
  return entriesOf(join(root, folder))
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}`);
}

/** @param {string} path */
function entriesOf(path) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * The content of a file; `null`: there is none.
 *
 * @param {string} path
 */
function readOrNull(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './error-code.mjs';
import { ensureFolder } from './state-folder.mjs';

/**
 * The inputs of a finished step, which is skipped while they stay the same. It also knows whether the
 * last attempt was cut off.
 *
 * @param {string} root
 * @param {string} name
 */
export function stamp(root, name) {
  const folder = join(root, '.state/stamps');
  const done = join(folder, name);
  const begun = join(folder, `${name}.begun`);
  return {
    /** @param {string} made */
    matches: (made) => read(done) === made,
    wasInterrupted: () => read(begun) !== null,
    begin: () => {
      ensureFolder(folder);
      writeFileSync(begun, '');
      rmSync(done, { force: true });
    },
    /** @param {string} made */
    finish: (made) => {
      writeFileSync(`${done}.new`, made);
      renameSync(`${done}.new`, done);
      rmSync(begun, { force: true });
    },
  };
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

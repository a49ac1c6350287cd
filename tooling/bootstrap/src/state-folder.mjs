import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapFailure } from './failure.mjs';

/**
 * The folder for what can be made again: tools, logs, stamps. Git ignores it.
 *
 * @param {string} root
 */
export function stateFolder(root) {
  return ensureFolder(join(root, '.state'));
}

/**
 * @param {string} path
 * @throws {BootstrapFailure} when it cannot be made
 */
export function ensureFolder(path) {
  try {
    mkdirSync(path, { recursive: true });
    return path;
  } catch (error) {
    throw new BootstrapFailure(
      `cannot make the folder ${path}: ${error instanceof Error ? error.message : String(error)}`,
      {
        remedy: 'run the command as the user who owns this repository, on a writable file system with free space.',
      },
    );
  }
}

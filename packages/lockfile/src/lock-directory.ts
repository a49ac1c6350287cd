import { constants, lstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InvalidServiceNameError, LockDirectoryError, systemCodeOf } from './errors.ts';
import type { LockFileSystem } from './file-system.ts';

/** Either of them holds the lock; older services use only the second. */
export const LOCK_NAMES = ['updates.lock', 'resin-updates.lock'] as const;

/** Any user of a container makes its lock there, and removes no other user's (the sticky bit). */
const SERVICE_MODE = 0o1777;
const TRAVERSABLE = 0o111;

/** Host path of what the service's container sees as `/tmp/balena`. */
export function serviceDirectory(directory: string, appId: number, service: string): string {
  if (service === '' || service === '.' || service === '..' || /[/\0]/.test(service)) {
    throw new InvalidServiceNameError(service);
  }
  return join(directory, String(appId), service);
}

/**
 * Makes the directory of an app's lock directories, and those above it, or repairs them: their modes, and a link or a file
 * in the place of the app's, which is removed. `directory` itself is never a symbolic link; what is above `directory` is the
 * host's affair.
 *
 * @throws LockDirectoryError
 */
export async function prepareAppDirectory(fileSystem: LockFileSystem, directory: string, appId: number): Promise<void> {
  await makeAncestors(fileSystem, dirname(directory));
  await makeLevel(fileSystem, directory, traversable);
  await makeOwnLevel(fileSystem, join(directory, String(appId)), traversable);
}

/**
 * Makes a service's lock directory in that of its app, or repairs it: its mode, and a link or a file in the place of it,
 * which is removed.
 *
 * @throws LockDirectoryError
 */
export async function prepareServiceDirectory(fileSystem: LockFileSystem, path: string): Promise<void> {
  await makeOwnLevel(fileSystem, path, () => SERVICE_MODE);
}

function traversable(mode: number): number {
  return mode | TRAVERSABLE;
}

async function makeAncestors(fileSystem: LockFileSystem, path: string): Promise<void> {
  try {
    if (isThere(path) || !(await makeDirectory(fileSystem, path))) return;
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw new LockDirectoryError(path, error);
    await makeAncestors(fileSystem, dirname(path));
  }
  await makeLevel(fileSystem, path, traversable);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Nothing but our directories belongs into `directory`. */
async function makeOwnLevel(fileSystem: LockFileSystem, path: string, wanted: (mode: number) => number): Promise<void> {
  try {
    await makeLevel(fileSystem, path, wanted);
  } catch (error) {
    if (!(error instanceof LockDirectoryError) || error.details.problem !== 'not-a-directory') throw error;
    removeLinkOrFile(fileSystem, path);
    await makeLevel(fileSystem, path, wanted);
  }
}

function removeLinkOrFile(fileSystem: LockFileSystem, path: string): void {
  try {
    fileSystem.unlink(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw new LockDirectoryError(path, error);
  }
}

/** Explicit modes: those given to mkdir(2) lose the bits of the process's umask. */
async function makeLevel(fileSystem: LockFileSystem, path: string, wanted: (mode: number) => number): Promise<void> {
  try {
    if (isAsWanted(path, wanted)) return;
    await makeDirectory(fileSystem, path);
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      const mode = (await handle.stat()).mode & 0o7777;
      if (mode !== wanted(mode)) await fileSystem.chmod(handle, wanted(mode));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new LockDirectoryError(path, error);
  }
}

/** Most are there already; a look at one takes less time than to hand the call to another thread. */
function isAsWanted(path: string, wanted: (mode: number) => number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return false;
  const mode = stats.mode & 0o7777;
  return mode === wanted(mode);
}

/** @returns whether it was not there before */
async function makeDirectory(fileSystem: LockFileSystem, path: string): Promise<boolean> {
  try {
    await fileSystem.mkdir(path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

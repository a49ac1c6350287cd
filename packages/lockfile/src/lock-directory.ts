import { constants } from 'node:fs';
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
 * Makes a service's lock directory, or repairs it: its mode, and a link or a file in the place of it or of the app's,
 * which is removed. `directory` itself is never a symbolic link; what is above `directory` is the host's affair.
 *
 * @throws LockDirectoryError
 */
export async function prepareServiceDirectory(
  fileSystem: LockFileSystem,
  directory: string,
  path: string,
): Promise<void> {
  await makeAncestors(fileSystem, dirname(directory));
  await makeLevel(fileSystem, directory, (mode) => mode | TRAVERSABLE);
  await makeOwnLevel(fileSystem, dirname(path), (mode) => mode | TRAVERSABLE);
  await makeOwnLevel(fileSystem, path, () => SERVICE_MODE);
}

async function makeAncestors(fileSystem: LockFileSystem, path: string): Promise<void> {
  try {
    if (!(await makeDirectory(fileSystem, path))) return;
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw new LockDirectoryError(path, error);
    await makeAncestors(fileSystem, dirname(path));
  }
  await makeLevel(fileSystem, path, (mode) => mode | TRAVERSABLE);
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

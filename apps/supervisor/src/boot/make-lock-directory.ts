import { lstat, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes the directory of update locks in the host's memory. Where an older host has one by its old name, both names mean
 * that one: services hold the locks in it.
 */
export async function makeLockDirectory(rootMount: string): Promise<void> {
  const directory = join(rootMount, 'tmp/balena-supervisor');
  if (await exists(directory)) return;
  if (await exists(join(rootMount, 'tmp/resin-supervisor'))) {
    // Relative, so that host and container find the same directory.
    await symlink('resin-supervisor', directory);
  } else {
    await mkdir(directory, { recursive: true });
  }
}

/** Also of a link that leads nowhere. */
async function exists(path: string): Promise<boolean> {
  const [status] = await Promise.allSettled([lstat(path)]);
  return status.status === 'fulfilled';
}

import { constants } from 'node:fs';
import { open, readdir, rmdir, unlink } from 'node:fs/promises';
import { systemCodeOf } from './errors.ts';

/**
 * Removes whatever is at `path`, a directory with its contents. A process that swaps a directory below it for a
 * symbolic link meanwhile gains nothing: each directory is entered through its own descriptor. (`fs.rm` follows such a
 * link, and a container's root user could make us empty a directory of the host.) Succeeds when nothing is there.
 * Fails with `ENOTEMPTY` or `ENOTDIR` when another process adds to it or replaces parts of it meanwhile.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT') return;
    if (code !== 'EISDIR') throw error;
    await removeDirectory(path);
  }
}

async function removeDirectory(path: string): Promise<void> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      const inside = `/proc/self/fd/${handle.fd}`;
      for (const name of await readdir(inside)) await removeTree(`${inside}/${name}`);
    } finally {
      await handle.close();
    }
    await rmdir(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}

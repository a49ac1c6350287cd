import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { DurableFileSystem } from './durable-file-system.ts';
import { isSame } from './is-same.ts';
import { readIfThere } from './read-if-there.ts';
import { removeFile } from './remove-file.ts';
import { syncDirectory } from './sync-directory.ts';

/** A new name for a temporary file beside another. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `${prefixOf(path)}${randomBytes(8).toString('hex')}.tmp`);
}

/**
 * Removes the temporary files that earlier attempts left behind, as far as that is possible. Where one has the content of
 * the file itself, a power cut on vfat may have left both with the same clusters. To remove it would free those of the
 * file, so it is renamed to `….linked` and stays, until the file system is repaired.
 */
export async function clearLeftovers(fileSystem: DurableFileSystem, path: string): Promise<void> {
  const prefix = prefixOf(path);
  const left = (await fileSystem.list(dirname(path))).filter(
    (name) => name.startsWith(prefix) && /^[0-9a-f]{16}\.tmp$/.test(name.slice(prefix.length)),
  );
  if (left.length === 0) return;
  const current = await readIfThere(fileSystem, path);
  for (const name of left) await Promise.allSettled([clear(fileSystem, join(dirname(path), name), current)]);
}

function prefixOf(path: string): string {
  return `.${basename(path)}.`;
}

async function clear(fileSystem: DurableFileSystem, leftover: string, current: Uint8Array | null): Promise<void> {
  if (!isSame(await fileSystem.read(leftover), current)) {
    await removeFile(fileSystem, leftover);
    return;
  }
  await fileSystem.rename(leftover, leftover.replace(/tmp$/, 'linked'));
  await syncDirectory(fileSystem, dirname(leftover));
}

import { dirname } from 'node:path';
import type { DurableFileSystem, HeldFile, NewFile } from './durable-file-system.ts';
import { isSame } from './is-same.ts';
import { clearLeftovers, temporaryBeside } from './leftovers.ts';
import { readIfThere } from './read-if-there.ts';
import { openIfThere } from './remove-file.ts';
import { syncDirectory } from './sync-directory.ts';
import { writeNewFile } from './write-new-file.ts';

export interface Replacement {
  /** Not a symbolic link. Its directory is there. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Content that it must have until the last moment; `null`: it must not be there; absent: any, or none. */
  readonly expected?: Uint8Array | null;
  /** Permission bits of a file that was not there, 0600 when absent. One that was keeps its own, and its owner. */
  readonly mode?: number;
}

/**
 * Replaces a file as a whole, keeping its mode and owner: at any moment, also of a power cut, it has its old or its new
 * content, and the new one once this resolves. On vfat one that was not there may be empty meanwhile. Removes what earlier
 * attempts left behind.
 *
 * @returns whether it did: not when the file has other content than expected
 * @throws what the file system throws, also when the file was expected and is gone
 */
export async function replaceFile(fileSystem: DurableFileSystem, replacement: Replacement): Promise<boolean> {
  await Promise.allSettled([clearLeftovers(fileSystem, replacement.path)]);
  const old = await holdOld(fileSystem, replacement);
  try {
    return await replaceHeld(fileSystem, replacement, old);
  } finally {
    // The old file stays open until here. vfat frees the clusters of a closed file at once, and a power cut could then
    // leave the directory entry pointing at free clusters.
    await old?.close();
  }
}

function holdOld(fileSystem: DurableFileSystem, { path, expected }: Replacement): Promise<HeldFile | null> {
  if (expected === null) return Promise.resolve(null);
  return expected === undefined ? openIfThere(fileSystem, path) : fileSystem.open(path);
}

async function replaceHeld(
  fileSystem: DurableFileSystem,
  { path, bytes, expected, mode = NEW_MODE }: Replacement,
  old: HeldFile | null,
): Promise<boolean> {
  const wanted = old === null ? { mode } : await old.attributes();
  const directory = dirname(path);
  const temporary = temporaryBeside(path);
  const file = await fileSystem.create(temporary);
  let isRenamed = false;
  try {
    await writeNewFile(file, bytes, wanted);
    if (!(await isAsExpected(fileSystem, path, expected))) return false;
    await fileSystem.rename(temporary, path);
    isRenamed = true;
    await settleName(fileSystem, file, { directory, isNew: old === null });
    return true;
  } finally {
    if (!isRenamed) await Promise.allSettled([discard(fileSystem, temporary)]);
    await file.close();
  }
}

/** The next success removes a file that cannot be removed now. */
async function discard(fileSystem: DurableFileSystem, temporary: string): Promise<void> {
  await fileSystem.remove(temporary);
  await syncDirectory(fileSystem, dirname(temporary));
}

/**
 * Makes a rename durable. vfat writes which clusters a name has with the file, and names with their directory. First the
 * temporary name goes for good: a cut in the other order leaves two names for the same clusters. But a name that is new
 * would have no content until the file is synced.
 */
async function settleName(
  fileSystem: DurableFileSystem,
  file: NewFile,
  { directory, isNew }: { directory: string; isNew: boolean },
): Promise<void> {
  if (isNew) await file.sync();
  await syncDirectory(fileSystem, directory);
  if (!isNew) await file.sync();
}

const NEW_MODE = 0o600;

async function isAsExpected(
  fileSystem: DurableFileSystem,
  path: string,
  expected: Uint8Array | null | undefined,
): Promise<boolean> {
  if (expected === undefined) return true;
  return isSame(expected === null ? await readIfThere(fileSystem, path) : await fileSystem.read(path), expected);
}

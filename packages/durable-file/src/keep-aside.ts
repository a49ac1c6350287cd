import { basename, dirname, join } from 'node:path';
import type { DurableFileSystem } from './durable-file-system.ts';
import { isSame } from './is-same.ts';
import { removeFile } from './remove-file.ts';
import { syncDirectory } from './sync-directory.ts';
import { writeNewFile } from './write-new-file.ts';

/** Boot partitions are small: a file that is damaged repeatedly must not fill them. */
const MAX_COPIES = 5;

/**
 * Copies the content of a damaged file to `<path>.damaged-<n>` beside it, unless a copy is there already.
 *
 * @returns where the copy is; `null`: there are too many
 * @throws what the file system throws
 */
export async function keepAside(
  fileSystem: DurableFileSystem,
  path: string,
  bytes: Uint8Array,
): Promise<string | null> {
  const directory = dirname(path);
  const prefix = `${basename(path)}.damaged-`;
  const numbers = (await fileSystem.list(directory))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
  const at = (number: number): string => join(directory, `${prefix}${number}`);
  for (const number of numbers) {
    if (isSame(await fileSystem.read(at(number)), bytes)) return at(number);
  }
  if (numbers.length >= MAX_COPIES) return null;
  const copy = at(Math.max(0, ...numbers) + 1);
  const wanted = await fileSystem.attributes(path);
  const file = await fileSystem.create(copy);
  try {
    try {
      await writeNewFile(file, bytes, wanted);
    } finally {
      await file.close();
    }
    await syncDirectory(fileSystem, directory);
  } catch (error) {
    await Promise.allSettled([removeFile(fileSystem, copy)]);
    throw error;
  }
  return copy;
}

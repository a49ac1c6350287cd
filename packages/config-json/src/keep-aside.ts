import { basename, dirname, join } from 'node:path';
import type { ConfigFileSystem } from './config-file-system.ts';
import { isSame, syncDirectory, writeDurably } from './replace-file.ts';

/** Boot partitions are small, and who damages a file again and again must not fill them. */
const MAX_COPIES = 5;

/**
 * Copies the content of a damaged file to `<path>.damaged-<n>` beside it, unless a copy is there already.
 *
 * @returns where the copy is; `null`: there are too many
 * @throws what the file system throws
 */
export async function keepAside(fileSystem: ConfigFileSystem, path: string, bytes: Uint8Array): Promise<string | null> {
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
  const attributes = await fileSystem.attributes(path);
  const file = await fileSystem.create(copy);
  try {
    await writeDurably(file, bytes, attributes);
    await syncDirectory(fileSystem, directory);
  } catch (error) {
    await Promise.allSettled([fileSystem.remove(copy)]);
    throw error;
  }
  return copy;
}

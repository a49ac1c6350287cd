import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { ConfigFileSystem, FileAttributes, NewFile } from './config-file-system.ts';
import { systemCodeOf } from './errors.ts';

export interface Replacement {
  /** Not a symbolic link. Its directory is there. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Content that it must have until the last moment; `null`: it must not be there. */
  readonly expected: Uint8Array | null;
}

/**
 * Replaces a file as a whole, keeping its mode and owner: at any moment, also of a power cut, it has its old or its new
 * content. Removes what earlier attempts left behind.
 *
 * @returns whether it did: not when the file has other content than expected
 * @throws what the file system throws, also when the file was expected and is gone
 */
export async function replaceFile(fileSystem: ConfigFileSystem, replacement: Replacement): Promise<boolean> {
  const { path, bytes, expected } = replacement;
  const directory = dirname(path);
  const temporary = join(directory, temporaryName(path));
  const wanted = expected === null ? null : await fileSystem.attributes(path);
  try {
    const file = await fileSystem.create(temporary);
    await writeDurably(file, bytes, wanted);
    const current = expected === null ? await readIfThere(fileSystem, path) : await fileSystem.read(path);
    if (!isSame(current, expected)) {
      await fileSystem.remove(temporary);
      return false;
    }
    await fileSystem.rename(temporary, path);
  } catch (error) {
    // What cannot be removed now goes with the next success.
    await Promise.allSettled([fileSystem.remove(temporary)]);
    throw error;
  }
  await syncDirectory(fileSystem, directory);
  await Promise.allSettled([removeTemporaries(fileSystem, path)]);
  return true;
}

/** @returns `null` when it is not there */
export async function readIfThere(fileSystem: ConfigFileSystem, path: string): Promise<Uint8Array | null> {
  try {
    return await fileSystem.read(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Writes a new file and closes it, in any case. @param wanted `null`: the mode and owner that it has are right */
export async function writeDurably(file: NewFile, bytes: Uint8Array, wanted: FileAttributes | null): Promise<void> {
  try {
    const { mode, uid, gid } = await file.attributes();
    if (wanted !== null && (wanted.uid !== uid || wanted.gid !== gid)) await file.chown(wanted.uid, wanted.gid);
    // A change of the owner clears bits of the mode. On vfat both are the same for all files, and neither is set.
    if (wanted !== null && wanted.mode !== mode) await file.chmod(wanted.mode);
    await file.write(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Not every file system knows how to; then there is nothing more that could be done. */
export async function syncDirectory(fileSystem: ConfigFileSystem, directory: string): Promise<void> {
  try {
    await fileSystem.syncDirectory(directory);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'EINVAL' && code !== 'ENOSYS' && code !== 'ENOTSUP') throw error;
  }
}

export function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

function temporaryName(path: string): string {
  return `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`;
}

async function removeTemporaries(fileSystem: ConfigFileSystem, path: string): Promise<void> {
  const prefix = `.${basename(path)}.`;
  const left = (await fileSystem.list(dirname(path))).filter(
    (name) => name.startsWith(prefix) && /^[0-9a-f]{16}\.tmp$/.test(name.slice(prefix.length)),
  );
  await Promise.all(left.map((name) => fileSystem.remove(join(dirname(path), name))));
}

import { hasErrorCode } from '@device-supervisor/errors';
import { dirname } from 'node:path';
import type { DurableFileSystem, HeldFile } from './durable-file-system.ts';
import { syncDirectory } from './sync-directory.ts';

/**
 * Removes a file: after a power cut it is there as it was, or not at all.
 *
 * @returns whether it was there
 * @throws what the file system throws
 */
export async function removeFile(fileSystem: DurableFileSystem, path: string): Promise<boolean> {
  const held = await openIfThere(fileSystem, path);
  if (held === null) return false;
  try {
    await fileSystem.remove(path);
    // Its clusters may be given away only when its name is gone for good.
    await syncDirectory(fileSystem, dirname(path));
  } finally {
    await held.close();
  }
  return true;
}

/** @returns `null` when it is not there */
export async function openIfThere(fileSystem: DurableFileSystem, path: string): Promise<HeldFile | null> {
  try {
    return await fileSystem.open(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}

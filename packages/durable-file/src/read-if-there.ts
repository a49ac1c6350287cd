import { hasErrorCode } from '@device-supervisor/errors';
import type { DurableFileSystem } from './durable-file-system.ts';

/**
 * @returns `null` when it is not there
 * @throws what the file system throws
 */
export async function readIfThere(fileSystem: DurableFileSystem, path: string): Promise<Uint8Array | null> {
  try {
    return await fileSystem.read(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}

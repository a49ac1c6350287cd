import type { DurableFileSystem } from './durable-file-system.ts';
import { systemCodeOf } from './system-code.ts';

/**
 * @returns `null` when it is not there
 * @throws what the file system throws
 */
export async function readIfThere(fileSystem: DurableFileSystem, path: string): Promise<Uint8Array | null> {
  try {
    return await fileSystem.read(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

import { errorCodeOf } from '@device-supervisor/errors';
import { dirname } from 'node:path';
import type { DurableFileSystem } from './durable-file-system.ts';

/** Makes the names in a directory durable. Not every file system knows how to; then nothing more could be done. */
export async function syncDirectory(fileSystem: DurableFileSystem, directory: string): Promise<void> {
  try {
    await fileSystem.syncDirectory(directory);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code !== 'EINVAL' && code !== 'ENOSYS' && code !== 'ENOTSUP') throw error;
  }
}

/** Makes a directory and its parents where they are missing, durably. */
export async function makeDirectory(fileSystem: DurableFileSystem, path: string): Promise<void> {
  const outermost = await fileSystem.makeDirectory(path);
  if (outermost === null) return;
  for (let made = path; ; made = dirname(made)) {
    await syncDirectory(fileSystem, dirname(made));
    if (made === outermost || made === dirname(made)) return;
  }
}

import { createSemaphore } from '@device-supervisor/primitives';
import type { DurableFileSystem } from './durable-file-system.ts';
import { FileContendedError } from './errors.ts';
import { isSame } from './is-same.ts';
import { keepAside } from './keep-aside.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { readIfThere } from './read-if-there.ts';
import { removeFile } from './remove-file.ts';
import { replaceFile } from './replace-file.ts';

export interface BackedUpFile {
  /**
   * Its content; when the file is gone, damaged or cannot be read, that of the backup, which also takes its place again
   * as far as that is possible.
   *
   * @throws what the file system throws, when there is no backup either
   */
  read(): Promise<BackedUpContent>;
  /**
   * Changes the file, then the backup. Nothing is written when nothing changes.
   *
   * @param derive new content, from what `read` gives at this moment; called again when another program changes the file
   *   meanwhile
   * @returns whether the content changed
   * @throws FileContendedError, what `derive` throws, what the file system throws
   */
  update(derive: (current: Uint8Array | null) => Uint8Array): Promise<boolean>;
  /** Removes the file, then the backup. Returns whether the file was there. */
  remove(): Promise<boolean>;
}

export interface BackedUpContent {
  /** `null`: the file is missing or empty. */
  readonly bytes: Uint8Array | null;
  readonly source: 'file' | 'backup';
}

export interface BackedUpFileOptions {
  /** Not a symbolic link. Its directory is there. */
  readonly path: string;
  /** Whether a content is whole; {@link isIntactText} when absent. */
  readonly isIntact?: (bytes: Uint8Array) => boolean;
  /** Permission bits of a file that was not there, 0600 when absent. */
  readonly mode?: number;
  readonly fileSystem?: DurableFileSystem;
}

/**
 * A file with a copy of its last whole content beside it, `<path>.backup`, for file systems that lose more at a power cut
 * than the write in progress: vfat keeps no journal, and a repair may cut files short. To remove the file by hand, remove
 * both.
 *
 * @example
 * ```ts
 * const file = openBackedUpFile({ path: '/mnt/boot/config.txt' });
 * await file.update((current) => Buffer.concat([current ?? Buffer.of(), Buffer.from('gpu_mem=16\n')]));
 * ```
 */
export function openBackedUpFile({
  path,
  isIntact = isIntactText,
  mode,
  fileSystem = nodeFileSystem,
}: BackedUpFileOptions): BackedUpFile {
  const turns = createSemaphore(1);
  const backup = `${path}.backup`;
  const withMode = mode === undefined ? {} : { mode };

  async function load(): Promise<LoadedFile> {
    const main = await readMain();
    if (main.bytes !== null && isIntact(main.bytes)) return { ...main, content: main.bytes, source: 'file' };
    const copy = await readIfThere(fileSystem, backup);
    if (copy !== null && isIntact(copy)) return { ...main, content: copy, source: 'backup' };
    if (main.failure !== null) throw main.failure.error;
    return { ...main, content: main.bytes?.length === 0 ? null : main.bytes, source: 'file' };
  }

  async function readMain(): Promise<Pick<LoadedFile, 'bytes' | 'failure'>> {
    try {
      return { bytes: await readIfThere(fileSystem, path), failure: null };
    } catch (error) {
      return { bytes: null, failure: { error } };
    }
  }

  async function write({ bytes: old, failure }: LoadedFile, bytes: Uint8Array): Promise<boolean> {
    if (old !== null && isIntact(old)) await backUp(old);
    else if (old !== null && old.length > 0) await Promise.allSettled([keepAside(fileSystem, path, old)]);
    const expected = failure === null ? { expected: old } : {};
    if (!(await replaceFile(fileSystem, { path, bytes, ...withMode, ...expected }))) return false;
    await backUp(bytes);
    return true;
  }

  async function backUp(bytes: Uint8Array): Promise<void> {
    const [current] = await Promise.allSettled([readIfThere(fileSystem, backup)]);
    if (current.status === 'fulfilled' && isSame(current.value, bytes)) return;
    await replaceFile(fileSystem, { path: backup, bytes, ...withMode });
  }

  return {
    read: () =>
      turns.run(async () => {
        const loaded = await load();
        const { content, source } = loaded;
        if (source === 'backup' && content !== null) await Promise.allSettled([write(loaded, content)]);
        return { bytes: content, source };
      }),
    update: (derive) =>
      turns.run(async () => {
        for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
          const loaded = await load();
          const bytes = derive(loaded.content);
          const isChange = !isSame(loaded.bytes, bytes);
          if (!isChange) await backUp(bytes);
          if (!isChange || (await write(loaded, bytes))) return isChange;
        }
        throw new FileContendedError(path);
      }),
    remove: () =>
      turns.run(async () => {
        const wasThere = await removeFile(fileSystem, path);
        await removeFile(fileSystem, backup);
        return wasThere;
      }),
  };
}

/** Neither empty nor with bytes of zero, as what was never written reads. */
export function isIntactText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && !bytes.includes(0);
}

/** Another program that writes the file does so once in a while. */
const MAX_ATTEMPTS = 10;

interface LoadedFile {
  /** The content of the file itself; `null`: it is missing, or cannot be read. */
  readonly bytes: Uint8Array | null;
  /** Why it cannot be read. */
  readonly failure: { readonly error: unknown } | null;
  /** The valid content. */
  readonly content: Uint8Array | null;
  readonly source: 'file' | 'backup';
}

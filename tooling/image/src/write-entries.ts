import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageEntries } from './select-files.ts';

/** Writes files of the image into a folder. */
export async function writeEntries(entries: ImageEntries, folder: string): Promise<void> {
  for (const [path, entry] of entries) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    if (entry.kind === 'link') await symlink(entry.target, target);
    else if (entry.kind === 'file') await writeFile(target, entry.bytes, { mode: entry.executable ? 0o755 : 0o644 });
    else {
      await mkdir(target, { recursive: true });
      await chmod(target, entry.mode ?? 0o755);
    }
  }
}

import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assembleRootfs, type RootfsOptions } from './assemble-rootfs.ts';
import { cacheOf } from './build-image.ts';

/** Writes the files of the image into a folder, which is then a root file system: for builders that make images of one. */
export async function writeRootfs({
  folder,
  ...options
}: Omit<RootfsOptions, 'cache'> & { readonly folder: string }): Promise<void> {
  const { entries } = await assembleRootfs({ ...options, cache: cacheOf(options.root) });
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

import { assembleRootfs, type RootfsOptions } from './assemble-rootfs.ts';
import { cacheOf } from './build-image.ts';
import { writeEntries } from './write-entries.ts';

/** Writes the files of the image into a folder, which is then a root file system: for builders that make images of one. */
export async function writeRootfs({
  folder,
  ...options
}: Omit<RootfsOptions, 'cache'> & { readonly folder: string }): Promise<void> {
  const { entries } = await assembleRootfs({ ...options, cache: cacheOf(options.root) });
  await writeEntries(entries, folder);
}

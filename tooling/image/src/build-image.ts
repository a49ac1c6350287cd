import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assembleRootfs, type RootfsOptions } from './assemble-rootfs.ts';
import { ImageBuildError } from './errors.ts';
import { writeImage, type WrittenImage } from './write-image.ts';

export interface BuildImageOptions extends Omit<RootfsOptions, 'cache'> {
  /** Folder for the archive and its SBOM. */
  readonly output: string;
}

export interface BuiltImage extends WrittenImage {
  /** For `docker load`. */
  readonly archive: string;
  readonly sbom: string;
  readonly reference: string;
}

/** Bytes; a device downloads the image over a mobile network, and keeps two of them while it updates. */
const LIMITS = { compressedSize: 75e6, size: 200e6 } as const;

/**
 * Builds the supervisor's image for an architecture, without an engine. Downloads are kept in `.state/image` of the
 * repository.
 *
 * @throws ImageBuildError
 */
export async function buildImage({ output, ...options }: BuildImageOptions): Promise<BuiltImage> {
  const { architecture } = options;
  const { entries, build, sbom } = await assembleRootfs({ ...options, cache: cacheOf(options.root) });
  options.onProgress('Writing the image');
  const reference = `device-supervisor:${build.version}-${architecture}`;
  const base = join(output, `device-supervisor-${architecture}`);
  const written = await writeImage({ entries, architecture, build, reference, file: `${base}.tar` });
  await writeFile(`${base}.cdx.json`, sbom);
  for (const kind of ['compressedSize', 'size'] as const) {
    if (written[kind] <= LIMITS[kind]) continue;
    throw new ImageBuildError('size', `the image is larger than it may be: ${kind} ${written[kind]} > ${LIMITS[kind]}`);
  }
  return { ...written, archive: `${base}.tar`, sbom: `${base}.cdx.json`, reference };
}

/** Where downloads are kept. */
export function cacheOf(root: string): string {
  return join(root, '.state/image');
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildImage, sharedImage, type BuiltImage } from '@device-supervisor/image';

/** The image of this checkout, and a directory. Disposing of it removes what is in the directory. */
export interface ImageFixture extends AsyncDisposable {
  readonly directory: string;
  readonly image: BuiltImage;
  /** Of the product. */
  readonly version: string;
}

export async function buildImageFixture(): Promise<ImageFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'image-fixture-'));
  const image = (await sharedImage()) ?? (await buildInto(join(directory, 'image')));
  const version = /:(.*)-amd64$/.exec(image.reference)?.[1] ?? '';
  return {
    directory,
    image,
    version,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Builds the image of this checkout into a folder. */
export async function buildInto(output: string): Promise<BuiltImage> {
  const root = resolve(import.meta.dirname, '../../..');
  return await buildImage({ root, architecture: 'amd64', output, onProgress: () => undefined });
}

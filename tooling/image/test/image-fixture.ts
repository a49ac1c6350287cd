import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildImage, type BuiltImage } from '@device-supervisor/image';

/** The image of this checkout, in a directory of its own. Disposing of it removes both. */
export interface ImageFixture extends AsyncDisposable {
  readonly directory: string;
  readonly image: BuiltImage;
  /** Of the product. */
  readonly version: string;
}

export async function buildImageFixture(): Promise<ImageFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'image-fixture-'));
  const image = await buildImage({
    root: resolve(import.meta.dirname, '../../..'),
    architecture: 'amd64',
    output: join(directory, 'image'),
    onProgress: () => undefined,
  });
  const version = /:(.*)-amd64$/.exec(image.reference)?.[1] ?? '';
  return {
    directory,
    image,
    version,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '@device-supervisor/primitives';
import { ensureDebianPackages } from '@device-supervisor/testbed';
import { z } from 'zod';
import { buildImage, type BuiltImage } from './build-image.ts';
import { stripPackage } from './fetch-parts.ts';

/** Variable with the folder of the image that all test files of a run share. */
const SHARED_VARIABLE = 'TESTBED_IMAGE';

const Built = z.object({
  archive: z.string(),
  sbom: z.string(),
  reference: z.string(),
  digest: z.string(),
  id: z.string(),
  size: z.number(),
  compressedSize: z.number(),
});

export interface ShareImageOptions {
  /** Of the repository. */
  readonly root: string;
  /** A folder that stays as long as the tests run. */
  readonly output: string;
  readonly onProgress: (message: string) => void;
}

/** Builds the image of amd64 once for this process and those that it starts: to compress it takes ten seconds. */
export async function shareImage({ root, output, onProgress }: ShareImageOptions): Promise<void> {
  await ensureDebianPackages([stripPackage('amd64')], onProgress);
  const image = await buildImage({ root, architecture: 'amd64', output, onProgress });
  await writeFile(join(output, 'image.json'), JSON.stringify(image));
  process.env[SHARED_VARIABLE] = output;
}

/** The image that a process around this one shares. `null`: it shares none. */
export async function sharedImage(): Promise<BuiltImage | null> {
  const folder = process.env[SHARED_VARIABLE];
  if (folder === undefined) return null;
  return Built.parse(parseJson(await readFile(join(folder, 'image.json'), 'utf8')));
}

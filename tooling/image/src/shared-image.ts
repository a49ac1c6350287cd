import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import { parseJson } from '@device-supervisor/primitives';
import { waitFor } from '@device-supervisor/testbed';
import { z } from 'zod';
import { buildImage, type BuiltImage } from './build-image.ts';
import { ImageBuildError } from './errors.ts';
import { fetchParts } from './fetch-parts.ts';

/** Variable with the folder of the image that all test files of a run share. */
const SHARED_VARIABLE = 'TESTBED_IMAGE';
/** The file in it that says that the build has ended, and how. */
const OUTCOME = 'outcome.json';

const Built = z.object({
  archive: z.string(),
  sbom: z.string(),
  reference: z.string(),
  digest: z.string(),
  id: z.string(),
  size: z.number(),
  compressedSize: z.number(),
});

const Outcome = z.union([z.object({ image: Built }), z.object({ failure: z.string() })]);
type Outcome = z.infer<typeof Outcome>;

/** Milliseconds of an idle machine for downloads and the build. */
const PATIENCE = 15 * 60_000;

export interface ShareImageOptions {
  /** Of the repository. */
  readonly root: string;
  /** A folder that stays as long as the tests run. */
  readonly output: string;
  readonly onProgress: (message: string) => void;
}

/**
 * Builds the image of amd64 once for this process and those that it starts from now on, and downloads what builds for arm64
 * need. The tests that need neither run meanwhile: half a minute of one processor. A failure fails the tests that wait for it.
 */
export async function shareImage({ root, output, onProgress }: ShareImageOptions): Promise<void> {
  process.env[SHARED_VARIABLE] = output;
  const outcome = await attempt(async () => {
    await mkdir(output, { recursive: true });
    await fetchParts({ root, architectures: ['arm64'], onProgress });
    return await buildImage({ root, architecture: 'amd64', output, onProgress });
  });
  // Whole or not at all.
  await writeFile(join(output, `${OUTCOME}.new`), JSON.stringify(outcome));
  await rename(join(output, `${OUTCOME}.new`), join(output, OUTCOME));
}

/**
 * The image that a process around this one shares, once it is built. `null`: it shares none.
 *
 * @throws ImageBuildError when the build has failed
 */
export async function sharedImage(): Promise<BuiltImage | null> {
  const folder = process.env[SHARED_VARIABLE];
  if (folder === undefined) return null;
  const written = await waitFor('the image that the tests share', () => readFile(join(folder, OUTCOME), 'utf8'), {
    patience: PATIENCE,
  });
  const outcome = Outcome.parse(parseJson(written));
  if ('failure' in outcome) throw new ImageBuildError('shared', outcome.failure);
  return outcome.image;
}

async function attempt(build: () => Promise<BuiltImage>): Promise<Outcome> {
  try {
    return { image: await build() };
  } catch (error) {
    return { failure: formatError(error) };
  }
}

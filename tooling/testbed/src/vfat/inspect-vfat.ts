import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface VfatContent {
  /** Content of the files at its root, as far as it can be read. */
  readonly files: ReadonlyMap<string, string>;
  /** Damage to repair, without what any power cut leaves: the dirty mark and unreferenced clusters. */
  readonly damage: readonly string[];
}

const exec = promisify(execFile);

/** Reads a copy of a vfat, which is not changed. */
export async function inspectVfat(image: string): Promise<VfatContent> {
  const directory = await mkdtemp(join(tmpdir(), 'vfat-content-'));
  try {
    const [check] = await Promise.all([
      exec('fsck.vfat', ['-n', image]).catch((error: unknown) => outputOf(error)),
      // It fails when a file is damaged, and continues with the next.
      exec('mcopy', ['-n', '-i', image, '::*', directory]).catch((error: unknown) => outputOf(error)),
    ]);
    const names = await readdir(directory);
    const contents = names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const);
    return { files: new Map(await Promise.all(contents)), damage: damageIn(check.stdout) };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Both programs tell of damage by their exit code. */
function outputOf(error: unknown): { readonly stdout: string } {
  if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return { stdout: error.stdout };
  throw error;
}

const HARMLESS = [
  /^fsck\.fat /,
  /^Dirty bit is set/,
  /Automatically removing dirty bit/,
  /^Reclaimed \d+ unused clusters/,
];
const SUMMARY = /^(Leaving filesystem unchanged\.|.*: \d+ files, .* clusters)$/;

function damageIn(output: string): readonly string[] {
  const isHarmless = (line: string): boolean => line === '' || [...HARMLESS, SUMMARY].some((form) => form.test(line));
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !isHarmless(line));
}

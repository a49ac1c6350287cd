import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build, type Rolldown } from 'vite';

const pack = promisify(gzip);

export interface BuiltPage {
  /** Absolute paths of what a server sends: the page's files, and each of them packed by gzip with `.gz` behind its name. */
  readonly files: readonly string[];
  /** Absolute paths of the files that it was made from. */
  readonly inputs: readonly string[];
  /** Of all files, packed. */
  readonly packedBytes: number;
}

/**
 * Builds a page by its own Vite configuration. The folder appears whole or not at all; one that holds the same files already
 * is left alone, as a supervisor may serve it.
 *
 * @param page absolute path of the page's folder
 * @param folder absolute path of the folder that becomes the page
 */
export async function buildPage(page: string, folder: string): Promise<BuiltPage> {
  const next = `${folder}.${randomUUID()}.new`;
  const built = await build({
    root: page,
    configFile: join(page, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: next, emptyOutDir: true },
  });
  let packedBytes = 0;
  for (const name of (await readdir(next)).toSorted()) {
    const packed = await pack(await readFile(join(next, name)), { level: 9 });
    packedBytes += packed.byteLength;
    await writeFile(join(next, `${name}.gz`), packed);
  }
  if (await isSame(next, folder)) {
    await rm(next, { recursive: true });
  } else {
    await rm(folder, { recursive: true, force: true });
    await rename(next, folder);
  }
  const files = (await readdir(folder)).toSorted().map((name) => join(folder, name));
  return { files, inputs: outputsOf(built).flatMap(modulesOf), packedBytes };
}

async function isSame(next: string, folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const [names, others] = [await readdir(next), await readdir(folder)];
  if (names.toSorted().join('/') !== others.toSorted().join('/')) return false;
  for (const name of names) {
    if (!(await readFile(join(next, name))).equals(await readFile(join(folder, name)))) return false;
  }
  return true;
}

type BuildAnswer = Awaited<ReturnType<typeof build>>;

/** The configuration asks for one build, which does not watch. */
function outputsOf(built: BuildAnswer): readonly Rolldown.RolldownOutput[] {
  if (Array.isArray(built)) return built;
  return 'output' in built ? [built] : [];
}

/** Vite's own modules have names that are no paths. */
function modulesOf({ output }: Rolldown.RolldownOutput): readonly string[] {
  return output.flatMap((one) => (one.type === 'chunk' ? one.moduleIds.filter((id) => id.startsWith('/')) : []));
}

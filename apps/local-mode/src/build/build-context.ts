import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import dockerignore, { type Ignore } from '@balena/dockerignore';
import { pack, type Pack } from 'tar-stream';
import type { BuildInstructions } from '@device-supervisor/compose-project';

/** The input of a build on the engine. */
export interface BuildContext {
  readonly archive: Readable;
  /** Name of the Dockerfile in the archive. */
  readonly dockerfile: string;
}

/** Name in the archive of a Dockerfile from outside the context; unlikely to collide with a file. */
const FOREIGN_DOCKERFILE = '.dockerfile.device-supervisor';

/** Path of the static busybox in the archive. */
const BUSYBOX = 'busybox';

/**
 * Packs a folder into a tar archive as `docker build` does: without what its `.dockerignore` names, with the Dockerfile in
 * any case. The archive fails when a file cannot be read.
 *
 * @param busybox path of a static busybox to add as `busybox`; `null`: none
 */
export async function packBuildContext(
  { context, dockerfile }: BuildInstructions,
  busybox: string | null,
): Promise<BuildContext> {
  const inside = dockerfile.kind === 'file' ? pathInside(context, dockerfile.path) : null;
  const foreign = inside !== null ? null : await readDockerfile(dockerfile);
  const rules = await readIgnoreRules(context, dockerfile.kind === 'file' ? dockerfile.path : null);
  const needed = new Set(['.dockerignore', ...(inside === null ? [] : [inside])]);
  const archive = pack();
  const fill = async (): Promise<void> => {
    if (foreign !== null) archive.entry({ name: FOREIGN_DOCKERFILE }, foreign);
    if (busybox !== null) archive.entry({ name: BUSYBOX, mode: 0o755 }, await readFile(busybox));
    for await (const file of selectFiles(context, rules, needed)) {
      if (busybox === null || file.name !== BUSYBOX) await addEntry(archive, file);
    }
    archive.finalize();
  };
  fill().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  return { archive: Readable.from(archive), dockerfile: inside ?? FOREIGN_DOCKERFILE };
}

interface ContextFile {
  /** Path in the context, with slashes. */
  readonly name: string;
  readonly path: string;
  readonly stats: Stats;
}

/** The files of the context that are not ignored; a folder comes before its contents. */
async function* selectFiles(
  root: string,
  rules: IgnoreRules,
  needed: ReadonlySet<string>,
): AsyncGenerator<ContextFile> {
  const folders = [root];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of (await readdir(folder)).sort()) {
      const path = join(folder, entry);
      const name = relative(root, path).split(sep).join('/');
      const stats = await lstat(path);
      const ignored = rules.ignore.ignores(name) && !needed.has(name);
      // A later rule, or a Dockerfile below, may take back what a rule says of the folder.
      if (
        stats.isDirectory() &&
        (!ignored || rules.hasExceptions || [...needed].some((file) => file.startsWith(`${name}/`)))
      ) {
        folders.push(path);
      }
      if (!ignored) yield { name, path, stats };
    }
  }
}

async function addEntry(archive: Pack, { name, path, stats }: ContextFile): Promise<void> {
  const header = { name, mode: stats.mode & 0o7777, mtime: stats.mtime };
  if (stats.isDirectory()) archive.entry({ ...header, type: 'directory' });
  else if (stats.isSymbolicLink()) archive.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
  else if (stats.isFile()) {
    const size = stats.size;
    if (size === 0) archive.entry(header, '');
    // A file that grows meanwhile is cut off where it ended before.
    else await pipeline(createReadStream(path, { end: size - 1 }), archive.entry({ ...header, size }));
  }
}

interface IgnoreRules {
  readonly ignore: Ignore;
  /** Whether any rule takes another one back. */
  readonly hasExceptions: boolean;
}

/** Rules of `<Dockerfile>.dockerignore` if there is one, else of the context's `.dockerignore`. */
async function readIgnoreRules(context: string, dockerfile: string | null): Promise<IgnoreRules> {
  const own = dockerfile === null ? undefined : await readOptional(`${dockerfile}.dockerignore`);
  const text = own ?? (await readOptional(join(context, '.dockerignore'))) ?? '';
  return {
    ignore: dockerignore.default({ ignorecase: false }).add(text.replace(/^\uFEFF/, '')),
    hasExceptions: /^\s*!/m.test(text),
  };
}

async function readDockerfile(dockerfile: BuildInstructions['dockerfile']): Promise<string> {
  return dockerfile.kind === 'inline' ? dockerfile.content : await readFile(dockerfile.path, 'utf8');
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** `null`: the path is not below the folder. */
function pathInside(folder: string, path: string): string | null {
  const inside = relative(folder, path);
  if (inside === '' || isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return null;
  return inside.split(sep).join('/');
}

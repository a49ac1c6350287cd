import { createReadStream } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import type { BuildInstructions, DockerfileSource } from '@device-supervisor/compose-project';
import { contextFiles, readIgnoreRules, staticPaths, type ContextFile, type IgnoreRules } from './context-files.ts';

/** The input of a build. */
export interface BuildContext {
  /** Absolute path of the folder. */
  readonly root: string;
  readonly rules: IgnoreRules;
  /** Text of the Dockerfile. */
  readonly dockerfile: string;
  /**
   * The files, without those that `.dockerignore` names.
   *
   * @param patterns paths that are wanted, with everything below them; none: all
   * @param needed names that `.dockerignore` does not leave out
   */
  files(patterns: readonly string[], needed?: ReadonlySet<string>): AsyncIterable<ContextFile>;
}

/** Name in the archive of a Dockerfile from outside the context; unlikely to collide with a file. */
const FOREIGN_DOCKERFILE = '.dockerfile.device-supervisor';

/**
 * Reads what a build needs to know of its folder.
 *
 * @param busybox path of a static busybox that joins the context as `busybox`; `null`: none
 * @throws Error when the Dockerfile cannot be read
 */
export async function openBuildContext(
  { context: root, dockerfile }: Pick<BuildInstructions, 'context' | 'dockerfile'>,
  busybox: string | null,
): Promise<BuildContext> {
  const rules = await readIgnoreRules(root, dockerfile);
  return {
    root,
    rules,
    dockerfile: dockerfile.kind === 'inline' ? dockerfile.content : await readFile(dockerfile.path, 'utf8'),
    async *files(patterns, needed = new Set()) {
      yield* contextFiles(root, { rules, needed, busybox, only: await staticPaths(root, patterns) });
    },
  };
}

/** A context as the classic builder takes it. */
export interface PackedContext {
  readonly archive: Readable;
  /** Name of the Dockerfile in the archive. */
  readonly dockerfile: string;
}

/**
 * Packs a context into a tar archive as `docker build` does, with the Dockerfile in any case. The archive fails when a file
 * cannot be read.
 *
 * @param source where the Dockerfile comes from; another text than that file's goes into the archive beside it
 * @param count sees each file that is packed
 */
export function packBuildContext(
  context: BuildContext,
  source: DockerfileSource,
  count: (files: AsyncIterable<ContextFile>) => AsyncIterable<ContextFile>,
): PackedContext {
  const inside = source.kind === 'file' ? pathInside(context.root, source.path) : null;
  const needed = new Set(['.dockerignore', ...(inside === null ? [] : [inside])]);
  const archive = pack();
  const fill = async (): Promise<void> => {
    if (inside === null) archive.entry({ name: FOREIGN_DOCKERFILE }, context.dockerfile);
    for await (const file of count(context.files([], needed))) {
      if (file.name === inside) archive.entry({ name: inside, mode: file.mode & 0o7777 }, context.dockerfile);
      else await addEntry(archive, file);
    }
    archive.finalize();
  };
  fill().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  return { archive: Readable.from(archive), dockerfile: inside ?? FOREIGN_DOCKERFILE };
}

async function addEntry(archive: Pack, { name, path, stats, mode }: ContextFile): Promise<void> {
  const header = { name, mode: mode & 0o7777, mtime: stats.mtime };
  if (stats.isDirectory()) archive.entry({ ...header, type: 'directory' });
  else if (stats.isSymbolicLink()) archive.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
  else if (stats.isFile()) {
    const size = stats.size;
    if (size === 0) archive.entry(header, '');
    // A file that grows meanwhile is cut off where it ended before.
    else await pipeline(createReadStream(path, { end: size - 1 }), archive.entry({ ...header, size }));
  }
}

/** `null`: the path is not below the folder. */
function pathInside(folder: string, path: string): string | null {
  const inside = relative(folder, path);
  if (inside === '' || isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return null;
  return inside.split(sep).join('/');
}

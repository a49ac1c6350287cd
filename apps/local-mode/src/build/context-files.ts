import type { Stats } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import dockerignore, { type Ignore } from '@balena/dockerignore';
import type { DockerfileSource } from '@device-supervisor/compose-project';

/** One file, folder or link of a build context. */
export interface ContextFile {
  /** Path in the context, with slashes. */
  readonly name: string;
  /** Absolute path on this machine. */
  readonly path: string;
  /** As of `stat`; the permissions are those that the image gets. */
  readonly mode: number;
  readonly stats: Stats;
}

/** Rules of a `.dockerignore`. */
export interface IgnoreRules {
  /** Absolute path of the file with the rules; `null`: there is none. */
  readonly file: string | null;
  /** @param name path in the context, with slashes */
  ignores(name: string): boolean;
  /** Whether any rule takes another one back. */
  readonly hasExceptions: boolean;
}

export interface ContextOptions {
  readonly rules: IgnoreRules;
  /** Names that the rules never leave out. */
  readonly needed: ReadonlySet<string>;
  /** Absolute path of a static busybox that takes the name `busybox`; `null`: none. */
  readonly busybox: string | null;
  /** Paths in the context that are wanted, with everything below them; `null`: all. */
  readonly only: readonly string[] | null;
}

/** Name in the context of the static busybox. */
const BUSYBOX = 'busybox';

/**
 * The files of a context, each folder before its contents, sorted by the bytes of the names. A file that vanishes meanwhile
 * is left out.
 *
 * @param root absolute path of the context
 */
export async function* contextFiles(root: string, options: ContextOptions): AsyncGenerator<ContextFile> {
  yield* filesBelow({ root, prefix: '' }, options);
}

interface Below {
  readonly root: string;
  /** Path in the context, ending with a slash; `''`: the context itself. */
  readonly prefix: string;
}

async function* filesBelow({ root, prefix }: Below, options: ContextOptions): AsyncGenerator<ContextFile> {
  const { rules, needed, busybox, only } = options;
  const listing = readdir(join(root, prefix));
  const names = new Set(prefix === '' ? await listing : await ifPresent(listing));
  if (prefix === '' && busybox !== null) names.add(BUSYBOX);
  for (const entry of [...names].toSorted(byBytes)) {
    const name = `${prefix}${entry}`;
    if (only !== null && !only.some((wanted) => isOnPath(name, wanted))) continue;
    const isBusybox = name === BUSYBOX && busybox !== null;
    const path = isBusybox ? busybox : join(root, name);
    const stats = await ifPresent(lstat(path));
    if (stats === undefined) continue;
    const file = { name, path, stats, mode: isBusybox ? (stats.mode & ~0o777) | 0o755 : stats.mode };
    let isIgnored = rules.ignores(name) && !needed.has(name) && !isBusybox;
    if (!isIgnored) yield file;
    // A later rule, or a needed file below, may take back what a rule says of the folder.
    const isEntered = !isIgnored || rules.hasExceptions || [...needed].some((one) => one.startsWith(`${name}/`));
    if (!stats.isDirectory() || !isEntered) continue;
    for await (const below of filesBelow({ root, prefix: `${name}/` }, options)) {
      if (isIgnored) yield file;
      isIgnored = false;
      yield below;
    }
  }
}

/** Whether one of the paths is the other, or above it. */
function isOnPath(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** Rules of `<Dockerfile>.dockerignore` if there is one, else of the context's `.dockerignore`. */
export async function readIgnoreRules(context: string, dockerfile: DockerfileSource): Promise<IgnoreRules> {
  const candidates = [
    ...(dockerfile.kind === 'file' ? [`${dockerfile.path}.dockerignore`] : []),
    join(context, '.dockerignore'),
  ];
  for (const file of candidates) {
    const text = await ifPresent(readFile(file, 'utf8'));
    if (text === undefined) continue;
    const ignore = parseIgnoreRules(text);
    return { file, ignores: (name) => ignore.ignores(name), hasExceptions: /^\s*!/m.test(text) };
  }
  return { file: null, ignores: () => false, hasExceptions: false };
}

/** Matches paths as `.dockerignore` does. @param text lines of patterns */
export function parseIgnoreRules(text: string): Ignore {
  return dockerignore.default({ ignorecase: false }).add(text.replace(/^\uFEFF/, ''));
}

/**
 * The part of each pattern that holds no wildcard, as paths in a context.
 *
 * @returns `null` when that is all of the context, or a link stands in the way, so that more may be needed
 */
export async function staticPaths(root: string, patterns: readonly string[]): Promise<readonly string[] | null> {
  const paths: string[] = [];
  for (const pattern of patterns) {
    const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
    const wildcard = parts.findIndex((part) => /[*?[\\]/.test(part));
    const fixed = wildcard < 0 ? parts : parts.slice(0, wildcard);
    if (fixed.length === 0 || fixed.includes('..')) return null;
    for (const index of fixed.keys()) {
      const stats = await ifPresent(lstat(join(root, ...fixed.slice(0, index + 1))));
      if (stats?.isSymbolicLink()) return null;
    }
    paths.push(fixed.join('/'));
  }
  return paths.length === 0 ? null : paths;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** `undefined`: the file is not there. */
async function ifPresent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw error;
  }
}

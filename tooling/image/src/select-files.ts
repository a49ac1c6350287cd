import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ImageBuildError } from './errors.ts';
import type { DebianPackage } from './debian-packages.ts';
import { DEBIAN_PACKAGES, UNUSED_LIBRARIES } from './image-definition.ts';

const run = promisify(execFile);

/** An entry of the image's file system. */
export type ImageEntry =
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly executable: boolean }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'directory'; readonly mode?: number };

/** Entries by their path, without a leading slash. */
export type ImageEntries = Map<string, ImageEntry>;

const AUTHORITIES = 'usr/share/ca-certificates/';
const ALL_AUTHORITIES = 'etc/ssl/certs/ca-certificates.crt';

/** Takes from a Debian package what the image definition wants of it. */
export async function selectFiles(debian: DebianPackage): Promise<ImageEntries> {
  const programs = DEBIAN_PACKAGES[debian.name] ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'deb-'));
  try {
    await run('dpkg-deb', ['--extract', debian.file, folder]);
    const entries: ImageEntries = new Map();
    for (const found of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const source = join(found.parentPath, found.name);
      const path = merged(relative(folder, source));
      if (found.isSymbolicLink() && isLibrary(path))
        entries.set(path, { kind: 'link', target: await readlink(source) });
      if (!found.isFile() || !isWanted(debian.name, path, programs)) continue;
      // The loader of programs is a library that has to be executable.
      const executable = ((await stat(source)).mode & 0o100) !== 0;
      entries.set(path, { kind: 'file', bytes: await readFile(source), executable });
    }
    const missing = programs.filter((path) => !entries.has(path));
    if (missing.length > 0) throw new ImageBuildError('files', `${debian.name} has no ${missing.join(', ')}`);
    return debian.name === 'ca-certificates' ? joinAuthorities(entries) : entries;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything is below usr, as on installed systems, whatever the package says. */
function merged(path: string): string {
  return /^(?:bin|sbin|lib|lib64)\//.test(path) ? `usr/${path}` : path;
}

function isWanted(name: string, path: string, programs: readonly string[]): boolean {
  if (path === `usr/share/doc/${name}/copyright` || programs.includes(path)) return true;
  return name === 'ca-certificates' ? path.startsWith(AUTHORITIES) : isLibrary(path);
}

function isLibrary(path: string): boolean {
  return /^usr\/lib.*\.so(?:\.|$)/.test(path) && !UNUSED_LIBRARIES.test(path);
}

/** One file with all authorities, which Debian makes when the package is installed. */
function joinAuthorities(entries: ImageEntries): ImageEntries {
  const paths = [...entries.keys()].filter((path) => path.startsWith(AUTHORITIES)).toSorted();
  const parts = paths.flatMap((path) => {
    const entry = entries.get(path);
    entries.delete(path);
    return entry?.kind === 'file' ? [entry.bytes] : [];
  });
  entries.set(ALL_AUTHORITIES, { kind: 'file', bytes: Buffer.concat(parts), executable: false });
  return entries;
}

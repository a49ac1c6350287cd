import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX; `null`: the package does not say. */
  readonly license: string | null;
}

/** The packages of others that files belong to, each once, by name and version. */
export async function npmPackages(files: readonly string[]): Promise<readonly NpmPackage[]> {
  const folders = new Set(files.filter((file) => file.includes('/node_modules/')).map((file) => folderOf(file)));
  const found = new Map<string, NpmPackage>();
  for (const folder of folders) {
    const one = await describe(folder);
    found.set(`${one.name}@${one.version}`, one);
  }
  return [...found].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
}

/** `…/node_modules/name/lib/x.js` → `…/node_modules/name`; a scope belongs to the name. */
function folderOf(file: string): string {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? dirname(file);
}

async function describe(folder: string): Promise<NpmPackage> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null) throw new TypeError(`${folder}/package.json is not an object`);
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    name: ('name' in manifest ? text(manifest.name) : null) ?? '',
    version: ('version' in manifest ? text(manifest.version) : null) ?? '',
    license: 'license' in manifest ? text(manifest.license) : null,
  };
}

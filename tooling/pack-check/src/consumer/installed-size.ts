import { existsSync } from 'node:fs';
import { lstat, readFile, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import * as z from 'zod';

/** The packages and megabytes that a package brings into a project. */
export interface InstalledSize {
  /** Packages besides it, of which `foreign` are not from this workspace. */
  readonly packages: number;
  readonly foreign: readonly string[];
  /** All of it together. */
  readonly megabytes: number;
}

const Names = z.record(z.string(), z.string()).default({});
const Lockfile = z.object({
  packages: z.record(z.string(), z.object({ dependencies: Names, optionalDependencies: Names })),
});
type Packages = z.infer<typeof Lockfile>['packages'];

/**
 * Follows the dependencies of a package through the lockfile that npm wrote.
 *
 * @param folder absolute path of the project
 * @param name e.g. `@device-supervisor/engine`
 */
export async function installedSize(folder: string, name: string): Promise<InstalledSize> {
  const { packages } = Lockfile.parse(JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')));
  // The lockfile holds optional packages that this machine has no use for.
  const places = placesOf(packages, `node_modules/${name}`).filter((place) => existsSync(join(folder, place)));
  const sizes = await Promise.all(places.map(async (place) => await bytesOf(join(folder, place))));
  const names = places.map((place) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length));
  return {
    packages: places.length - 1,
    foreign: names.filter((one) => !one.startsWith('@device-supervisor/')),
    megabytes: sizes.reduce((sum, bytes) => sum + bytes, 0) / 1e6,
  };
}

function placesOf(packages: Packages, first: string): string[] {
  const found = new Set([first]);
  for (const place of found) {
    const { dependencies = {}, optionalDependencies = {} } = packages[place] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const target = resolvePlace(packages, place, name);
      if (target !== null) found.add(target);
    }
  }
  return [...found];
}

/** `null`: the lockfile has none. */
function resolvePlace(packages: Packages, from: string, name: string): string | null {
  for (let base = from; ; base = posix.dirname(base.slice(0, base.lastIndexOf('node_modules/')))) {
    const place = base === '.' || base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    if (Object.hasOwn(packages, place)) return place;
    if (base === '.' || base === '') return null;
  }
}

/** Without the packages below it, which count for themselves. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const sizes = entries
    .filter(({ name }) => name !== 'node_modules')
    .map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? await bytesOf(path) : (await lstat(path)).size;
    });
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

const run = promisify(execFile);

/** A package as it would be published. */
export interface PackedPackage {
  /** With scope. */
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  /** Absolute path. */
  readonly tarball: string;
  /** e.g. `.`, `./testing`. */
  readonly entryPoints: readonly string[];
}

const Manifest = z.object({ name: z.string(), exports: z.record(z.string(), z.unknown()).default({}) });

/**
 * Packs a package the way it is published.
 *
 * @param folder absolute path of the package
 * @param target absolute path of the folder for the tarball
 * @throws Error when pnpm does, with its output
 */
export async function packPackage(folder: string, target: string): Promise<PackedPackage> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name, exports } = Manifest.parse(manifest);
  const tarball = join(target, `${name.replace('@', '').replace('/', '-')}.tgz`);
  await run('pnpm', ['pack', '--out', tarball], { cwd: folder });
  return { name, folder, tarball, entryPoints: Object.keys(exports) };
}

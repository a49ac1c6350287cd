import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ImageBuildError } from './errors.ts';
import { NAMES, type Architecture } from './image-definition.ts';

const run = promisify(execFile);

/**
 * The program of Node.js for an architecture, without its symbols, from npm's package of it. Kept in `folder` between
 * builds.
 *
 * @throws ImageBuildError
 */
export async function nodeRuntime(
  architecture: Architecture,
  { version, folder }: { readonly version: string; readonly folder: string },
): Promise<Uint8Array> {
  if (!NAMES[architecture].isOnNpm) {
    throw new ImageBuildError('node', `npm has no Node.js for ${architecture}`, {
      hint: 'Build this architecture with tooling/image/Dockerfile, or give --native a folder with what is missing',
    });
  }
  const file = join(folder, `node-${version}-${architecture}`);
  if (!existsSync(file)) await fetchRuntime(architecture, version, file);
  return await readFile(file);
}

async function fetchRuntime(architecture: Architecture, version: string, file: string): Promise<void> {
  const { node, triplet } = NAMES[architecture];
  const packageName = `node-linux-${node}@${version}`;
  const work = await mkdtemp(join(tmpdir(), 'node-runtime-'));
  try {
    const { stdout } = await run('npm', ['pack', '--silent', packageName], { cwd: work }).catch((error: unknown) => {
      throw new ImageBuildError('node', `npm cannot fetch ${packageName}`, {
        hint: 'Check the network and the registry (npm config get registry)',
        cause: error,
      });
    });
    await run('tar', ['-xzf', stdout.trim(), 'package/bin/node'], { cwd: work });
    const stripped = join(work, 'node');
    await run(`${triplet}-strip`, ['--strip-all', '-o', stripped, join(work, 'package/bin/node')]).catch(
      (error: unknown) => {
        throw new ImageBuildError('node', `${triplet}-strip cannot remove the symbols of Node.js`, {
          hint: `Install binutils-${triplet.replace('_', '-')}`,
          cause: error,
        });
      },
    );
    await mkdir(dirname(file), { recursive: true });
    await copyFile(stripped, `${file}.new`);
    await rename(`${file}.new`, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

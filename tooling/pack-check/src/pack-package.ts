import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Packs a package the way it is published.
 *
 * @param folder absolute path
 * @returns the tarball's bytes
 * @throws Error when pnpm does, with its output
 */
export async function packPackage(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const target = await mkdtemp(join(tmpdir(), 'pack-check-'));
  try {
    const file = join(target, 'package.tgz');
    await run('pnpm', ['pack', '--out', file], { cwd: folder });
    return new Uint8Array(await readFile(file));
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

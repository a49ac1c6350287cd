import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianPackages } from './debian-packages.ts';

const run = promisify(execFile);

/**
 * The program that runs arm64 programs on this machine, without being registered with its kernel. Downloaded once.
 *
 * @returns its path
 */
export async function ensureEmulator(cache: string): Promise<string> {
  const folder = join(cache, 'emulator');
  const program = join(folder, 'usr/bin/qemu-aarch64-static');
  if (!existsSync(program)) {
    const [emulator] = await debianPackages({
      names: ['qemu-user-static'],
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      folder: join(cache, 'debs-emulator'),
    });
    await run('dpkg-deb', ['--extract', emulator?.file ?? '', folder]);
  }
  return program;
}

import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BenchTarget } from './bench-target.ts';

const DIRECTORY = '/tmp/balena-supervisor';

/** As on a device, whose `/tmp` is in memory. For a process in a mount namespace of its own. */
export async function keepLocksInMemory(): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  await promisify(execFile)('mount', ['-t', 'tmpfs', 'tmpfs', DIRECTORY]);
}

/** Removes what the apps leave on this machine. */
export async function removeLockDirectories({ firstApp, apps }: BenchTarget): Promise<void> {
  for (let app = 0; app < apps; app++) {
    await rm(`${DIRECTORY}/services/${firstApp + app}`, { recursive: true, force: true });
  }
}

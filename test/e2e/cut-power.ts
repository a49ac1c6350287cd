import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { TestEngine } from '@device-supervisor/testbed';

const run = promisify(execFile);

/**
 * Ends an engine and its containers at once, as a power cut does, and starts the engine again.
 *
 * @param lose what happens to its files meanwhile
 */
export async function cutPower(engine: TestEngine, lose: () => Promise<void>): Promise<void> {
  await engine.kill();
  // Containers survive their engine.
  const shims = `^(containerd-shim|/usr/bin/containerd-shim).*${engine.directory}`;
  await run('pkill', ['-9', '-f', shims]).catch(() => undefined);
  await lose();
  await engine.revive();
}

/** Removes the directory of a layer, which may still be mounted. */
export async function loseLayer(directory: string): Promise<void> {
  await run('umount', [`${directory}/merged`]).catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
}

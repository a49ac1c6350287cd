import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { IMAGE_ALLOCATOR, IMAGE_PROGRAM, writeRootfs } from '@device-supervisor/image';
import { createCommandRunner } from '@device-supervisor/local-engine';
import type { Programs } from './candidates.ts';

/** The root file system of the image, with what a container engine mounts into it. Disposing of it removes it. */
export interface OpenImage extends AsyncDisposable {
  readonly programs: Programs;
}

/** Directories of the machine that a container and the programs of a measurement need. */
const MOUNTS = ['/dev', '/proc', '/sys', tmpdir()];

/** Unpacks the image, so that its programs run without the time that an engine takes to make a container. */
export async function openImage(): Promise<OpenImage> {
  await using resources = new AsyncDisposableStack();
  const commands = createCommandRunner(process.env);
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  const mounted: string[] = [];
  resources.defer(async () => {
    // Before anything is removed: what is mounted is the machine's own.
    for (const path of mounted.toReversed()) await commands.run('umount', ['--lazy', path]);
    await rm(folder, { recursive: true });
  });
  const root = join(folder, 'root');
  await mkdir(root);
  const onProgress = (message: string): void => console.log(message);
  const repository = resolve(import.meta.dirname, '../../..');
  await writeRootfs({ root: repository, architecture: 'amd64', folder: root, onProgress });
  // Written in one piece, the file lies in large pages, of which the kernel maps 20 MB more than of one that was unpacked.
  const node = join(root, 'usr/bin/node');
  await commands.run('cp', [node, `${node}.copy`]);
  await rename(`${node}.copy`, node);
  for (const path of MOUNTS) {
    await mkdir(join(root, path), { recursive: true });
    await commands.run('mount', ['--bind', path, join(root, path)]);
    mounted.push(join(root, path));
  }
  const lifetime = resources.move();
  return {
    programs: {
      supervisor: () => ['env', ...allocatorSettings(), 'chroot', root, ...IMAGE_PROGRAM, 'run'],
      bare: (script) => ['chroot', root, '/usr/bin/node', script],
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** Of the environment of the image, what decides the memory of a process before it starts. */
function allocatorSettings(): string[] {
  return Object.entries(IMAGE_ALLOCATOR).map(([name, value]) => `${name}=${value}`);
}

import { execFile } from 'node:child_process';
import { glob, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestServiceError } from '../errors.ts';

export interface VfatRunOptions {
  /** A TypeScript file for Node.js. Its first arguments are `mount`, `disk` and `copies` of {@link VfatRun}. */
  readonly script: string;
  readonly args?: readonly string[];
}

/**
 * Runs a script on a real vfat, in a Linux of its own (user-mode-linux) that has the files of this one beside: not every
 * machine's kernel knows vfat. The disk is a file, so the script can copy it at any moment: the copy is what a power cut
 * at that moment leaves.
 *
 * @returns the directory into which the script has copied the disk
 * @throws {@link TestServiceError} when the script fails
 */
export async function runOnVfat({ script, args = [] }: VfatRunOptions): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'vfat-'));
  const run: VfatRun = {
    mount: join(directory, 'mount'),
    disk: join(directory, 'disk.img'),
    copies: join(directory, 'copies'),
  };
  await Promise.all([mkdir(run.mount), mkdir(run.copies)]);
  // The smallest FAT16, which boot partitions have.
  await exec('mkfs.vfat', ['-F', '16', '-s', '1', '-C', run.disk, '2400']);
  const init = join(directory, 'init');
  const exitCode = join(directory, 'exit-code');
  const command = [process.execPath, '--conditions=@device-supervisor/source', script, run.mount, run.disk, run.copies];
  await writeFile(init, initScript(await kernelModules(), run.mount, { command: [...command, ...args], exitCode }), {
    mode: 0o755,
  });
  const registers = join(directory, 'whole-registers.so');
  await exec('gcc', ['-O2', '-shared', '-fPIC', '-o', registers, join(import.meta.dirname, 'whole-registers.c')]);
  const { stdout } = await exec('linux.uml', [...KERNEL_ARGUMENTS, `ubd0=${run.disk}`, `init=${init}`], {
    env: { ...process.env, TMPDIR: directory, LD_PRELOAD: registers },
    maxBuffer: 16_000_000,
  });
  const code = await readFile(exitCode, 'utf8').catch(() => 'none');
  if (code.trim() !== '0') throw new TestServiceError(script, stdout);
  return run.copies;
}

/** The environment of a script on vfat. */
export interface VfatRun {
  /** Where its vfat is mounted. */
  readonly mount: string;
  /** The file that is its disk. */
  readonly disk: string;
  /** A directory for copies of that. */
  readonly copies: string;
}

const exec = promisify(execFile);

/** The files of this Linux are its root. */
const KERNEL_ARGUMENTS = [
  'mem=512M',
  'root=/dev/root',
  'rootfstype=hostfs',
  'rootflags=/',
  'rw',
  'con=null',
  'con0=null,fd:1',
  'quiet',
];

/** In the order in which they are loaded. */
const MODULES = ['fat/fat', 'fat/vfat', 'nls/nls_cp437', 'nls/nls_ascii'];

async function kernelModules(): Promise<readonly string[]> {
  const directories = await Array.fromAsync(glob('/usr/lib/uml/modules/*/kernel/fs'));
  return MODULES.map((name) => `${directories.at(-1)}/${name}.ko`);
}

/** Not for busybox's shell: that runs its commands from /proc/self/exe, and /proc is still the one of this Linux. */
function initScript(
  modules: readonly string[],
  mount: string,
  { command, exitCode }: { readonly command: readonly string[]; readonly exitCode: string },
): string {
  return [
    '#!/bin/sh',
    'export PATH=/bin:/usr/bin:/sbin:/usr/sbin',
    'mount -t proc proc /proc',
    ...modules.map((module) => `busybox insmod ${module}`),
    `mount -t vfat -o iocharset=ascii /dev/ubda ${mount} &&`,
    command.map((word) => `'${word}'`).join(' '),
    `echo $? > ${exitCode}`,
    'busybox poweroff -f',
    '',
  ].join('\n');
}

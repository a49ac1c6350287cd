import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRunner } from '@device-supervisor/local-engine';
import { BusyboxUnavailableError } from '../errors.ts';
import { isStaticProgram } from './is-static-program.ts';

export interface FindBusyboxOptions {
  readonly commands: CommandRunner;
  /** Where a downloaded one is kept. */
  readonly directory: string;
  onProgress(message: string): void;
  readonly signal: AbortSignal;
  /** Where this machine may have one; default: `/bin/busybox` and what `PATH` finds. */
  readonly candidates?: readonly string[];
}

/**
 * A statically linked busybox for images that are built from nothing: this machine's, or Debian's package, which is
 * unpacked into a folder of ours. That needs no rights, and changes nothing else on the machine.
 *
 * @returns absolute path
 * @throws BusyboxUnavailableError
 */
export async function findBusybox(options: FindBusyboxOptions): Promise<string> {
  const { commands, directory } = options;
  const unpacked = join(directory, 'root/bin/busybox');
  const installed = options.candidates ?? ['/bin/busybox', ...toList(await commands.find('busybox'))];
  for (const path of [...installed, unpacked]) if (await isStaticProgram(path)) return path;
  await download(options);
  if (await isStaticProgram(unpacked)) return unpacked;
  throw new BusyboxUnavailableError("the one in Debian's package busybox-static is not where it should be");
}

async function download({ commands, directory, onProgress, signal }: FindBusyboxOptions): Promise<void> {
  for (const program of ['apt-get', 'dpkg-deb']) {
    if ((await commands.find(program)) === undefined) {
      throw new BusyboxUnavailableError(`this machine has none, nor ${program} to download it`);
    }
  }
  onProgress('Downloading busybox-static');
  await rm(directory, { recursive: true, force: true });
  const lists = join(directory, 'lists');
  await mkdir(lists, { recursive: true });
  // Lists and cache of its own: those of the system may be empty, and belong to root.
  const settings = [
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${directory}`,
    'APT::Sandbox::User=root',
    'Debug::NoLocking=true',
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  const unpacked = join(directory, 'root');
  try {
    await commands.run('apt-get', ['-q', ...options, 'update'], { signal });
    // It downloads into the current folder, and nowhere else.
    const downloading = ['apt-get', '-q', ...options, 'download', 'busybox-static'];
    await commands.run('sh', ['-c', 'cd "$0" && exec "$@"', directory, ...downloading], { signal });
    const file = (await readdir(directory)).find((name) => name.endsWith('.deb')) ?? 'none.deb';
    await commands.run('dpkg-deb', ['-x', join(directory, file), unpacked], { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new BusyboxUnavailableError('this machine has none, and it could not be downloaded', error);
  } finally {
    await rm(lists, { recursive: true, force: true });
  }
}

function toList<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailedError, type CommandRunner } from '@device-supervisor/local-engine';
import { BusyboxUnavailableError } from '../errors.ts';

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
  for (const path of [...installed, unpacked]) if (await isStaticProgram(path, options)) return path;
  await download(options);
  if (await isStaticProgram(unpacked, options)) return unpacked;
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

/** Whether a file is a program that needs no libraries, as `ldd` says. `false`: it is no program, or there is no `ldd`. */
async function isStaticProgram(
  path: string,
  { commands, signal }: Pick<FindBusyboxOptions, 'commands' | 'signal'>,
): Promise<boolean> {
  if (!(await isProgram(path)) || (await commands.find('ldd')) === undefined) return false;
  try {
    return (await commands.run('ldd', [path], { signal })).includes('statically linked');
  } catch (error) {
    if (error instanceof CommandFailedError) return true; // "not a dynamic executable"
    throw error;
  }
}

const PROGRAM = '\u007fELF';

/** Whether a file is a binary program; `ldd` says the same about scripts as about static programs. */
async function isProgram(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(PROGRAM.length), 0, PROGRAM.length, 0);
    return buffer.toString('latin1') === PROGRAM;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

function toList<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

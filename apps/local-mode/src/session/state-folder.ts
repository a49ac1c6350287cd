import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../errors.ts';

/** Where everything goes that a session keeps; all paths are absolute. */
export interface StateFolder {
  readonly directory: string;
  readonly databasePath: string;
  readonly configJsonPath: string;
  /** Replaces the boot partition of a device. */
  readonly bootMount: string;
  readonly logFile: string;
  readonly busyboxDirectory: string;
}

/** The architecture's name in the cloud's device types. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm64: 'aarch64',
  arm: 'armv7hf',
};

/**
 * Makes what a supervisor expects to find on a device: a configuration, and what kind of device this is.
 *
 * @throws StartError when nothing can be written there
 */
export async function prepareStateFolder(directory: string): Promise<StateFolder> {
  const bootMount = join(directory, 'boot');
  const configJsonPath = join(directory, 'config.json');
  const arch = ARCHITECTURES[process.arch] ?? process.arch;
  try {
    await makeDirectory(bootMount);
    await writeFile(configJsonPath, '{}\n', { flag: 'wx', mode: 0o600 }).catch(ignorePresent);
    await writeFile(join(bootMount, 'device-type.json'), `${JSON.stringify({ slug: `generic-${arch}`, arch })}\n`);
  } catch (cause) {
    throw new StartError(`nothing can be written to ${directory}`, {
      hint: 'Name a folder of yours with --state, on a file system with free space',
      cause,
    });
  }
  return {
    directory,
    bootMount,
    configJsonPath,
    databasePath: join(directory, 'database.sqlite'),
    logFile: join(directory, 'supervisor.log'),
    busyboxDirectory: join(directory, 'busybox'),
  };
}

/**
 * Makes a directory and those above it. Node's `recursive` never returns where a directory is there in which none can be
 * made, e.g. in /proc.
 */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || dirname(path) === path) return ignorePresent(error);
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch(ignorePresent);
  }
}

function ignorePresent(error: unknown): void {
  if (!hasCode(error, 'EEXIST')) throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

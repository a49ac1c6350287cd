import { readlink, realpath, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hostText } from '../host-text.ts';

/** The file system that a directory is on. */
export interface Storage {
  /** In MB of 1024² bytes, as `df` shows it. */
  readonly used: number;
  readonly total: number;
  /** e.g. `/dev/mmcblk0p6`; `null`: it is on none. */
  readonly blockDevice: string | null;
}

export interface StorageSources {
  /** Such as `/mnt/data`. */
  readonly dataPath: string;
  /** `/proc/self/mountinfo` */
  readonly mountInfoPath: string;
  /** `/sys/dev/block` */
  readonly sysDevBlock: string;
}

/** `null`: there is no such directory. */
export async function readStorage({ dataPath, ...devices }: StorageSources): Promise<Storage | null> {
  const [space, path] = await Promise.allSettled([statfs(dataPath), realpath(dataPath)]);
  if (space.status === 'rejected' || path.status === 'rejected') return null;
  const { bsize, blocks, bfree } = space.value;
  return {
    used: megabytes((blocks - bfree) * bsize),
    total: megabytes(blocks * bsize),
    blockDevice: await blockDeviceOf(path.value, devices),
  };
}

async function blockDeviceOf(
  path: string,
  { mountInfoPath, sysDevBlock }: Omit<StorageSources, 'dataPath'>,
): Promise<string | null> {
  const mount = findMount((await hostText(mountInfoPath)) ?? '', path);
  if (mount === null) return null;
  // The kernel calls the file system that it began with by that name, whatever it is on.
  if (mount.source.startsWith('/dev/') && mount.source !== '/dev/root') return mount.source;
  const [link] = await Promise.allSettled([readlink(join(sysDevBlock, mount.device))]);
  return link.status === 'fulfilled' ? `/dev/${basename(link.value)}` : null;
}

export interface Mount {
  /** Number of the device, as `major:minor`. */
  readonly device: string;
  readonly source: string;
}

/** The mount that a path is on: of the longest directory above it, the last one. `null`: none is known. */
export function findMount(mountInfo: string, path: string): Mount | null {
  let found: Mount | null = null;
  let longest = 0;
  for (const line of mountInfo.split('\n')) {
    const [mounted = '', onFileSystem = ''] = line.split(' - ');
    const [, , device = '', , mountPoint = ''] = mounted.split(' ');
    const [, source = ''] = onFileSystem.split(' ');
    const directory = unescaped(mountPoint);
    if (directory.length < longest || !isWithin(path, directory)) continue;
    longest = directory.length;
    found = { device, source: unescaped(source) };
  }
  return found;
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || (directory !== '' && path.startsWith(`${directory}/`));
}

/** White space and backslashes are written in octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}

import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import type { CommandRunner } from '../command-runner.ts';

export interface MountPoint {
  readonly path: string;
  /** e.g. `overlay`, `nsfs`, `cgroup`. */
  readonly type: string;
}

/** The mounts of our mount namespace, in the order of mounting. */
export async function readMounts(): Promise<readonly MountPoint[]> {
  return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Parses `/proc/<pid>/mountinfo`. */
export function parseMountInfo(text: string): readonly MountPoint[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const path = fields[4];
    const type = fields[fields.indexOf('-') + 1];
    return path === undefined || type === undefined ? [] : [{ path: unescapeOctal(path), type }];
  });
}

/**
 * Unmounts everything at or below the directories, the last mounted first. Mounts in use disappear from
 * the tree at once and are released with their last user.
 */
export async function unmountBelow(directories: readonly string[], commands: CommandRunner): Promise<void> {
  const mounts = await readMounts();
  const paths = mounts
    .map(({ path }) => path)
    .filter((path) => directories.some((directory) => path === directory || path.startsWith(directory + sep)));
  if (paths.length > 0) await commands.run('umount', ['--lazy', '--', ...paths.toReversed()]);
}

/** The kernel writes blanks, line ends and backslashes in a path as `\040` and the like. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

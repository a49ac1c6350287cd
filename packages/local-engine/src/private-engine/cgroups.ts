import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMounts } from './mounts.ts';
import { pollUntil } from '../poll-until.ts';

/** How long the kernel may take to let go of the cgroups of processes that have ended, in milliseconds. */
const RELEASE_DEADLINE = 5000;

/** Files that stop the processes of a cgroup (versions 1 and 2), and the word that lets them continue. */
const FREEZERS = [
  ['freezer.state', 'THAWED'],
  ['cgroup.freeze', '0'],
] as const;

const TRANSIENT = ['ENOENT', 'ENODEV', 'EBUSY', 'ENOTEMPTY', 'EOPNOTSUPP'];

/** Ids of the processes in a cgroup and those below it, thawed when they were frozen, so that they can end. */
export async function cgroupProcesses(cgroup: string): Promise<readonly number[]> {
  const ids = new Set<number>();
  for (const directory of await cgroupDirectories(cgroup)) {
    for (const [file, word] of FREEZERS) await unlessGone(() => writeFile(join(directory, file), word, { flag: 'r+' }));
    const listed = await unlessGone(() => readFile(join(directory, 'cgroup.procs'), 'utf8'));
    for (const line of listed?.split('\n') ?? []) if (Number(line) > 0) ids.add(Number(line));
  }
  return [...ids];
}

/** Removes a cgroup from every hierarchy, once its processes have ended. Resolves to what is left. */
export async function removeCgroup(cgroup: string): Promise<readonly string[]> {
  let left: readonly string[] = [];
  await pollUntil(
    async () => {
      for (const directory of await cgroupDirectories(cgroup)) await unlessGone(() => rmdir(directory));
      left = await cgroupDirectories(cgroup);
      return left.length === 0 ? true : undefined;
    },
    { deadline: RELEASE_DEADLINE },
  );
  return left;
}

/** Names of the cgroups right below the roots of all hierarchies. */
export async function topCgroups(): Promise<readonly string[]> {
  const names = await Promise.all(
    (await hierarchies()).map(async (root) => {
      const entries = await readdir(root, { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `/${name}`);
    }),
  );
  return [...new Set(names.flat())];
}

/** Directories of a cgroup in every hierarchy that has it, e.g. `/sys/fs/cgroup/memory/device-supervisor-x`. */
async function cgroupDirectories(cgroup: string): Promise<readonly string[]> {
  const trees = await Promise.all((await hierarchies()).map((root) => tree(join(root, cgroup))));
  return trees.flat();
}

async function hierarchies(): Promise<readonly string[]> {
  const mounts = await readMounts();
  return [...new Set(mounts.filter(({ type }) => type === 'cgroup' || type === 'cgroup2').map(({ path }) => path))];
}

/** A directory and those below it, the deepest first. */
async function tree(directory: string): Promise<readonly string[]> {
  const entries = await unlessGone(() => readdir(directory, { withFileTypes: true }));
  if (entries === undefined) return [];
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => tree(join(directory, entry.name))),
  );
  return [...below.flat(), directory];
}

/** `undefined` for a file that the kernel does not offer (any more), and for a directory that is still in use. */
async function unlessGone<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code === 'string' && TRANSIENT.includes(code)) return undefined;
    throw error;
  }
}

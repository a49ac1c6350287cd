import { lstat, readFile, readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { extract, pack } from 'tar-stream';
import { isNotFound } from '../engine/is-not-found.ts';
import { runInContainer } from './run-in-container.ts';
import type { Copy } from './update.ts';

/** Numbers of copied and removed files. */
export interface CopyResult {
  readonly copied: number;
  readonly removed: number;
}

/**
 * Brings files into a running container, and removes those that are gone.
 *
 * @throws Error when the engine refuses a file, or the container has no `rm` for those that are gone
 */
export async function copyIntoContainer(
  engine: Docker,
  container: Docker.Container,
  copies: readonly Copy[],
): Promise<CopyResult> {
  const archive = pack();
  const owners = new OwnerNames(container);
  const gone: string[] = [];
  let copied = 0;
  for (const copy of copies.toSorted((a, b) => (a.target < b.target ? -1 : 1))) {
    if (await addEntry(archive, copy, owners)) copied += 1;
    // The root of a container stays, whatever a rule says.
    else if (posix.normalize(copy.target) !== '/') gone.push(copy.target);
  }
  archive.finalize();
  const present = await presentIn(container, gone);
  if (present.length > 0) await runInContainer(engine, container.id, { command: ['rm', '-rf', '--', ...present] });
  // The engine takes an archive as a whole: no stream has to outlive an error.
  if (copied > 0)
    await container.putArchive(await buffer(archive), {
      path: '/',
      noOverwriteDirNonDir: 'true',
    });
  return { copied, removed: present.length };
}

/** The copies whose files a container does not have as they are here. */
export async function missingCopies(container: Docker.Container, copies: readonly Copy[]): Promise<readonly Copy[]> {
  const missing: Copy[] = [];
  for (const copy of copies) if (!(await hasCopy(container, copy))) missing.push(copy);
  return missing;
}

async function hasCopy(container: Docker.Container, { path, target }: Copy): Promise<boolean> {
  const stats = await lstat(path).catch(() => null);
  const isPresent = (await presentIn(container, [target])).length > 0;
  if (stats === null || stats.isDirectory()) return isPresent === (stats !== null);
  return isPresent && stats.isFile() && (await readFile(path)).equals(await readFromContainer(container, target));
}

async function presentIn(container: Docker.Container, paths: readonly string[]): Promise<readonly string[]> {
  const present: string[] = [];
  for (const path of paths) {
    try {
      await container.infoArchive({ path });
      present.push(path);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return present;
}

/** `false`: there is no such file any more. */
async function addEntry(
  archive: ReturnType<typeof pack>,
  { path, target, owner }: Copy,
  owners: OwnerNames,
): Promise<boolean> {
  try {
    const stats = await lstat(path);
    const name = posix.normalize(target).replace(/^\/+/, '');
    const header = { name, mode: stats.mode & 0o7777, mtime: stats.mtime, ...(await owners.find(owner)) };
    if (stats.isDirectory()) archive.entry({ ...header, type: 'directory' });
    else if (stats.isSymbolicLink()) archive.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
    else if (stats.isFile()) archive.entry(header, await readFile(path));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    throw error;
  }
}

/** Ids of users and groups by their names in the container, each read once. */
class OwnerNames {
  readonly #container: Docker.Container;
  readonly #files = new Map<string, Promise<string>>();

  constructor(container: Docker.Container) {
    this.#container = container;
  }

  async find(owner: string | null): Promise<{ readonly uid: number; readonly gid: number }> {
    if (owner === null) return { uid: 0, gid: 0 };
    const [user = '', group] = owner.split(':');
    const [, , uid = '0', primary = '0'] = (await this.#entry('/etc/passwd', user)) ?? [user, '', user, user];
    if (group === undefined) return { uid: Number(uid) || 0, gid: Number(primary) || 0 };
    const [, , gid = '0'] = (await this.#entry('/etc/group', group)) ?? [group, '', group];
    return { uid: Number(uid) || 0, gid: Number(gid) || 0 };
  }

  async #entry(path: string, name: string): Promise<readonly string[] | undefined> {
    if (/^\d+$/.test(name)) return undefined;
    if (!this.#files.has(path)) this.#files.set(path, readFromContainer(this.#container, path).then(String));
    const lines = (await this.#files.get(path)) ?? '';
    return lines
      .split('\n')
      .map((line) => line.split(':'))
      .find(([entry]) => entry === name);
  }
}

/** Empty: there is no such file. */
async function readFromContainer(container: Docker.Container, path: string): Promise<Buffer> {
  try {
    const reader = extract();
    Readable.from(await container.getArchive({ path })).pipe(reader);
    for await (const entry of reader) return await buffer(Readable.from(entry));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return Buffer.alloc(0);
}

import { mkdir, open, readdir, readFile, realpath, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrorCode } from '@device-supervisor/errors';
import type { DurableFileSystem, FileAttributes, HeldFile } from './durable-file-system.ts';

/** The file system of this machine. */
export const nodeFileSystem: DurableFileSystem = {
  read: (path) => readFile(path),
  list: (directory) => readdir(directory),
  resolve: (path) => realpath(path),
  attributes: async (path) => attributesOf(await stat(path)),
  makeDirectory,
  open: async (path) => heldFile(await open(path, 'r')),
  async create(path) {
    const handle = await open(path, 'wx', 0o600);
    return {
      ...heldFile(handle),
      chmod: (mode) => handle.chmod(mode),
      chown: (uid, gid) => handle.chown(uid, gid),
      write: (bytes) => handle.writeFile(bytes),
      sync: () => handle.sync(),
    };
  },
  rename,
  remove: unlink,
  async syncDirectory(path) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

function heldFile(handle: FileHandle): HeldFile {
  return { attributes: async () => attributesOf(await handle.stat()), close: () => handle.close() };
}

function attributesOf({ mode, uid, gid }: FileAttributes): FileAttributes {
  return { mode: mode & 0o7777, uid, gid };
}

/**
 * Not `recursive` of Node.js: that never returns where the parent exists and cannot hold directories, as in /proc.
 *
 * @returns the outermost directory that was made
 */
async function makeDirectory(path: string): Promise<string | null> {
  try {
    return (await makeOne(path)) ? path : null;
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT') || dirname(path) === path) throw error;
    const outermost = await makeDirectory(dirname(path));
    return (await makeOne(path)) ? (outermost ?? path) : outermost;
  }
}

/** @returns whether it was missing */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
}

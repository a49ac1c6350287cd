import { mkdir, open, readdir, readFile, realpath, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import type { DurableFileSystem, FileAttributes, HeldFile } from './durable-file-system.ts';

/** The file system of this machine. */
export const nodeFileSystem: DurableFileSystem = {
  read: (path) => readFile(path),
  list: (directory) => readdir(directory),
  resolve: (path) => realpath(path),
  attributes: async (path) => attributesOf(await stat(path)),
  makeDirectory: async (path) => (await mkdir(path, { recursive: true })) ?? null,
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

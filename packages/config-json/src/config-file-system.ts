import { mkdir, open, readdir, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';

/** The file system calls of this package, one each. Tests let them fail or crash. */
export interface ConfigFileSystem {
  read(path: string): Promise<Uint8Array>;
  list(directory: string): Promise<readonly string[]>;
  /** Follows symbolic links. */
  resolve(path: string): Promise<string>;
  attributes(path: string): Promise<FileAttributes>;
  /** With its parents. */
  makeDirectory(path: string): Promise<void>;
  /** Makes a file that must not exist, for its owner alone. */
  create(path: string): Promise<NewFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

export interface FileAttributes {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface NewFile {
  attributes(): Promise<FileAttributes>;
  chmod(mode: number): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const nodeFileSystem: ConfigFileSystem = {
  read: (path) => readFile(path),
  list: (directory) => readdir(directory),
  resolve: (path) => realpath(path),
  attributes: async (path) => attributesOf(await stat(path)),
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true });
  },
  async create(path) {
    const handle = await open(path, 'wx', 0o600);
    return {
      attributes: async () => attributesOf(await handle.stat()),
      chmod: (mode) => handle.chmod(mode),
      chown: (uid, gid) => handle.chown(uid, gid),
      write: (bytes) => handle.writeFile(bytes),
      sync: () => handle.sync(),
      close: () => handle.close(),
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

function attributesOf({ mode, uid, gid }: FileAttributes): FileAttributes {
  return { mode: mode & 0o7777, uid, gid };
}

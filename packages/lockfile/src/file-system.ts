import { unlinkSync } from 'node:fs';
import { link, mkdir, open, type FileHandle } from 'node:fs/promises';

/** Every change that the update locks make on disk on our side, one system call each. Tests let them fail or crash. */
export interface LockFileSystem {
  mkdir(path: string): Promise<void>;
  chmod(directory: FileHandle, mode: number): Promise<void>;
  /** Makes a file that must not exist. */
  create(path: string): Promise<FileHandle>;
  write(file: FileHandle, text: string): Promise<void>;
  sync(file: FileHandle): Promise<void>;
  link(existing: string, path: string): Promise<void>;
  /** Synchronous: nothing of ours comes between a check and the removal that it allows. */
  unlink(path: string): void;
}

export const nodeFileSystem: LockFileSystem = {
  mkdir: (path) => mkdir(path, 0o755),
  chmod: (directory, mode) => directory.chmod(mode),
  // A container's user who may not open our lock cannot take it for its own with flock(2) either.
  create: (path) => open(path, 'wx', 0o600),
  write: (file, text) => file.writeFile(text),
  sync: (file) => file.sync(),
  link,
  unlink: unlinkSync,
};

/** The file system calls of this package, one each. Tests let them fail, crash, or forget what was not synced. */
export interface DurableFileSystem {
  read(path: string): Promise<Uint8Array>;
  list(directory: string): Promise<readonly string[]>;
  /** Follows symbolic links. */
  resolve(path: string): Promise<string>;
  /** Follows symbolic links. */
  attributes(path: string): Promise<FileAttributes>;
  /** With its parents. Returns the outermost that was not there; `null`: all were. */
  makeDirectory(path: string): Promise<string | null>;
  /** Opens a file that must exist. Its content stays on the disk until it is closed, even if it loses its name. */
  open(path: string): Promise<HeldFile>;
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

export interface HeldFile {
  attributes(): Promise<FileAttributes>;
  close(): Promise<void>;
}

export interface NewFile extends HeldFile {
  chmod(mode: number): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  /** Content, size and, on vfat, which name it has now. */
  sync(): Promise<void>;
}

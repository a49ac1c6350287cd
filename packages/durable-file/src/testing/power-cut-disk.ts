import { dirname } from 'node:path';
import type { DurableFileSystem, FileAttributes, HeldFile, NewFile } from '../durable-file-system.ts';

/**
 * - `journalled`, as ext4: changes of names reach the disk in order, a rename is one change
 * - `vfat`: in any order, and a rename is several: the old name goes, the new one comes, the clusters of what had it before
 *   are free. Which clusters a name has is written with the file, not with the directory
 */
export type DiskKind = 'journalled' | 'vfat';

/** Content on the disk. Two names with the same object share their clusters. */
export interface DiskFile {
  /** `damaged`: reading it fails. */
  readonly content: Uint8Array | 'damaged';
}

/** Files by their path. */
export type DiskState = ReadonlyMap<string, DiskFile>;

export interface PowerCutDisk {
  readonly fileSystem: DurableFileSystem;
  /** Every state that may be on the disk if the power is cut now; of content that was not synced, half is there. */
  afterPowerCut(): readonly DiskState[];
}

/** A file system in memory that knows what is on the disk, and what is not yet. Directories are always there. */
export function createPowerCutDisk({ kind, files }: { kind: DiskKind; files: DiskState }): PowerCutDisk {
  const inodes = new Map<DiskFile, Inode>();
  const inodeOf = (file: DiskFile): Inode => {
    const known = inodes.get(file) ?? newInode(file.content === 'damaged' ? null : file.content);
    inodes.set(file, known);
    return known;
  };
  const durable = new Map([...files].map(([path, file]) => [path, inodeOf(file)]));
  const names = new Map(durable);
  let pending: readonly Change[] = [];

  const change = (path: string, inode: Inode | null, by: Change['by'] = dirname(path)): void => {
    pending = [...pending, { group: kind === 'vfat' ? path : '', moves: [[path, inode]], by }];
  };

  /** Brings what `by` stands for to the disk, with all that comes before it in the same group. */
  function settle(by: Change['by']): void {
    const last = new Map(pending.flatMap((entry, index) => (entry.by === by ? [[entry.group, index] as const] : [])));
    const isSettled = (entry: Change, index: number): boolean => index <= (last.get(entry.group) ?? -1);
    for (const entry of pending.filter(isSettled)) apply(durable, entry);
    pending = pending.filter((entry, index) => !isSettled(entry, index));
  }

  function unlink(inode: Inode): void {
    if (kind === 'vfat' && inode.isFreed) throw systemError('EIO');
    inode.hasName = false;
    free(inode);
  }

  function free(inode: Inode): void {
    if (kind === 'vfat' && !inode.hasName && inode.holders === 0) inode.isFreed = true;
  }

  function find(path: string): Inode {
    const inode = names.get(path);
    if (inode === undefined) throw systemError('ENOENT');
    return inode;
  }

  function hold(inode: Inode): HeldFile {
    inode.holders++;
    return {
      attributes: async () => ATTRIBUTES,
      async close() {
        inode.holders--;
        free(inode);
      },
    };
  }

  const fileSystem: DurableFileSystem = {
    async read(path) {
      const { content, isFreed } = find(path);
      if (content === null || isFreed) throw systemError('EIO');
      return content;
    },
    list: async (directory) =>
      [...names.keys()].filter((path) => dirname(path) === directory).map((path) => path.slice(directory.length + 1)),
    resolve: async (path) => path,
    attributes: async (path) => (find(path), ATTRIBUTES),
    makeDirectory: async () => null,
    open: async (path) => hold(find(path)),
    async create(path): Promise<NewFile> {
      if (names.has(path)) throw systemError('EEXIST');
      const inode = newInode(new Uint8Array());
      names.set(path, inode);
      change(path, inode);
      return {
        ...hold(inode),
        chmod: async () => {},
        chown: async () => {},
        async write(bytes) {
          inode.content = bytes;
          inode.isSynced = false;
        },
        async sync() {
          inode.isSynced = true;
          settle(inode);
        },
      };
    },
    async rename(from, to) {
      const inode = find(from);
      const replaced = names.get(to);
      names.set(to, inode);
      names.delete(from);
      if (kind === 'journalled') {
        pending = [
          ...pending,
          {
            group: '',
            moves: [
              [from, null],
              [to, inode],
            ],
            by: dirname(to),
          },
        ];
        return;
      }
      if (replaced === undefined) change(to, newInode(new Uint8Array()));
      change(to, inode, inode);
      change(from, null);
      if (replaced !== undefined) unlink(replaced);
    },
    async remove(path) {
      const inode = find(path);
      names.delete(path);
      change(path, null);
      unlink(inode);
    },
    syncDirectory: async (path) => settle(path),
  };

  return { fileSystem, afterPowerCut: () => combinations(pending).map((changes) => stateOf(durable, changes)) };
}

interface Inode {
  /** `null`: damaged. */
  content: Uint8Array | null;
  isSynced: boolean;
  hasName: boolean;
  holders: number;
  /** Its clusters are free, and may be those of another file. */
  isFreed: boolean;
}

/** A change of names that is not on the disk yet. */
interface Change {
  /** Those of one group reach the disk in order. */
  readonly group: string;
  readonly moves: readonly (readonly [path: string, inode: Inode | null])[];
  /** The directory or file whose sync brings it to the disk. */
  readonly by: string | Inode;
}

const ATTRIBUTES: FileAttributes = { mode: 0o755, uid: 0, gid: 0 };

function newInode(content: Uint8Array | null): Inode {
  return { content, isSynced: true, hasName: true, holders: 0, isFreed: false };
}

function apply(names: Map<string, Inode>, { moves }: Change): void {
  for (const [path, inode] of moves) {
    if (inode === null) names.delete(path);
    else names.set(path, inode);
  }
}

/** All ways to take a first part of each group. */
function combinations(changes: readonly Change[]): readonly (readonly Change[])[] {
  const groups = Object.values(Object.groupBy(changes, ({ group }) => group)).map((group = []) => group);
  return groups.reduce<readonly (readonly Change[])[]>(
    (all, group) =>
      all.flatMap((taken) => [...group.keys(), group.length].map((count) => [...taken, ...group.slice(0, count)])),
    [[]],
  );
}

function stateOf(durable: ReadonlyMap<string, Inode>, changes: readonly Change[]): DiskState {
  const names = new Map(durable);
  for (const entry of changes) apply(names, entry);
  const files = new Map<Inode, DiskFile>();
  return new Map(
    [...names].map(([path, inode]) => {
      const file = files.get(inode) ?? { content: contentOf(inode) };
      files.set(inode, file);
      return [path, file];
    }),
  );
}

function contentOf({ content, isFreed, isSynced }: Inode): DiskFile['content'] {
  if (content === null || isFreed) return 'damaged';
  return isSynced ? content : content.slice(0, content.length / 2);
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

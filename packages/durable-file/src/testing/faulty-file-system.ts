import type { DurableFileSystem, HeldFile, NewFile } from '../durable-file-system.ts';
import { nodeFileSystem } from '../node-file-system.ts';

export interface Fault {
  /** Number of the call, from 1 on, that fails. */
  readonly at: number;
  /** `error`: that call alone fails; `crash`: all later ones too, as if the process were gone. */
  readonly kind: 'error' | 'crash';
}

export interface FaultyFileSystem {
  readonly fileSystem: DurableFileSystem;
  /** Names of the calls so far, also of those that failed. */
  readonly calls: readonly string[];
}

export interface FaultyFileSystemOptions {
  /** Absent: none. */
  readonly fault?: Fault;
  /** Before each call, which waits for it. */
  readonly onCall?: (name: string) => Promise<void> | void;
  /** The real one when absent. */
  readonly base?: DurableFileSystem;
}

/** Another file system, until the fault. A write that fails has written half of what it should. */
export function createFaultyFileSystem({
  fault,
  onCall = () => {},
  base = nodeFileSystem,
}: FaultyFileSystemOptions = {}): FaultyFileSystem {
  const calls: string[] = [];
  const failing = (): boolean =>
    fault !== undefined && (calls.length === fault.at || (fault.kind === 'crash' && calls.length > fault.at));

  async function enter(name: string): Promise<void> {
    calls.push(name);
    const isFailing = failing();
    await onCall(name);
    if (isFailing) throw Object.assign(new Error(`${name}: injected failure`), { code: 'EIO' });
  }

  const wrapHeld = (file: HeldFile): HeldFile => ({
    attributes: async () => (await enter('attributes'), file.attributes()),
    async close() {
      await file.close();
      await enter('close');
    },
  });

  const wrapNew = (file: NewFile): NewFile => ({
    ...wrapHeld(file),
    chmod: async (mode) => (await enter('chmod'), file.chmod(mode)),
    chown: async (uid, gid) => (await enter('chown'), file.chown(uid, gid)),
    async write(bytes) {
      try {
        await enter('write');
      } catch (error) {
        if (calls.length === fault?.at) await file.write(bytes.subarray(0, bytes.length / 2));
        throw error;
      }
      await file.write(bytes);
    },
    sync: async () => (await enter('sync'), file.sync()),
  });

  const fileSystem: DurableFileSystem = {
    read: async (path) => (await enter('read'), base.read(path)),
    list: async (directory) => (await enter('list'), base.list(directory)),
    resolve: async (path) => (await enter('resolve'), base.resolve(path)),
    attributes: async (path) => (await enter('attributes'), base.attributes(path)),
    makeDirectory: async (path) => (await enter('makeDirectory'), base.makeDirectory(path)),
    open: async (path) => (await enter('open'), wrapHeld(await base.open(path))),
    create: async (path) => (await enter('create'), wrapNew(await base.create(path))),
    rename: async (from, to) => (await enter('rename'), base.rename(from, to)),
    remove: async (path) => (await enter('remove'), base.remove(path)),
    syncDirectory: async (path) => (await enter('syncDirectory'), base.syncDirectory(path)),
  };
  return { fileSystem, calls };
}

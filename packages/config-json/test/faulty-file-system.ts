import { nodeFileSystem, type ConfigFileSystem, type NewFile } from '../src/config-file-system.ts';

export interface Fault {
  /** Number of the call, from 1 on, that fails. */
  readonly at: number;
  /** `error`: that call alone fails; `crash`: all later ones too, as if the process were gone. */
  readonly kind: 'error' | 'crash';
}

export interface FaultyFileSystem {
  readonly fileSystem: ConfigFileSystem;
  /** Names of the calls so far, also of those that failed. */
  readonly calls: readonly string[];
}

/** The real file system, until the fault. A write that fails has written half of what it should. */
export function createFaultyFileSystem(
  fault: Fault | null = null,
  onCall: (name: string) => void = () => {},
): FaultyFileSystem {
  const calls: string[] = [];
  const failing = (): boolean =>
    fault !== null && (calls.length === fault.at || (fault.kind === 'crash' && calls.length > fault.at));

  function enter(name: string): void {
    calls.push(name);
    onCall(name);
    if (failing()) throw Object.assign(new Error(`${name}: injected failure`), { code: 'EIO' });
  }

  function wrap(file: NewFile): NewFile {
    return {
      attributes: async () => (enter('attributes'), file.attributes()),
      chmod: async (mode) => (enter('chmod'), file.chmod(mode)),
      chown: async (uid, gid) => (enter('chown'), file.chown(uid, gid)),
      async write(bytes) {
        try {
          enter('write');
        } catch (error) {
          if (calls.length === fault?.at) await file.write(bytes.subarray(0, bytes.length / 2));
          throw error;
        }
        await file.write(bytes);
      },
      sync: async () => (enter('sync'), file.sync()),
      async close() {
        await file.close();
        enter('close');
      },
    };
  }

  const real = nodeFileSystem;
  const fileSystem: ConfigFileSystem = {
    read: async (path) => (enter('read'), real.read(path)),
    list: async (directory) => (enter('list'), real.list(directory)),
    resolve: async (path) => (enter('resolve'), real.resolve(path)),
    attributes: async (path) => (enter('attributes'), real.attributes(path)),
    makeDirectory: async (path) => (enter('makeDirectory'), real.makeDirectory(path)),
    create: async (path) => (enter('create'), wrap(await real.create(path))),
    rename: async (from, to) => (enter('rename'), real.rename(from, to)),
    remove: async (path) => (enter('remove'), real.remove(path)),
    syncDirectory: async (path) => (enter('syncDirectory'), real.syncDirectory(path)),
  };
  return { fileSystem, calls };
}

import type { LockFileSystem } from '../src/index.ts';
import { nodeFileSystem } from '../src/file-system.ts';

export interface Step {
  readonly call: keyof LockFileSystem;
  /** Of what is made or changed; empty for a change through a descriptor. */
  readonly path: string;
}

/** The real file system, that tells of each change before it makes it. A hook that throws makes the change fail. */
export function beforeEachStep(hook: (step: Step) => void): LockFileSystem {
  const before = (call: keyof LockFileSystem, path = ''): void => hook({ call, path });
  return {
    mkdir: async (path) => (before('mkdir', path), nodeFileSystem.mkdir(path)),
    chmod: async (directory, mode) => (before('chmod'), nodeFileSystem.chmod(directory, mode)),
    create: async (path) => (before('create', path), nodeFileSystem.create(path)),
    write: async (file, text) => (before('write'), nodeFileSystem.write(file, text)),
    sync: async (file) => (before('sync'), nodeFileSystem.sync(file)),
    link: async (existing, path) => (before('link', path), nodeFileSystem.link(existing, path)),
    unlink: (path) => (before('unlink', path), nodeFileSystem.unlink(path)),
  };
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

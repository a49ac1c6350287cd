import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LOCK_NAMES } from '../src/index.ts';

/** A lock directory of its own for one test. */
export interface TemporaryDirectory extends Disposable {
  /** Not there yet; its parent is. */
  readonly directory: string;
  /** A path for anything else, on the same file system. */
  readonly elsewhere: string;
  service(appId: number, service: string): string;
  lock(appId: number, service: string, name?: (typeof LOCK_NAMES)[number]): string;
  /** Names of files that are neither an app's directory nor below one. */
  litter(): readonly string[];
}

export function createTemporaryDirectory(): TemporaryDirectory {
  const root = mkdtempSync(join(tmpdir(), 'update-locks-'));
  chmodSync(root, 0o755);
  const directory = join(root, 'supervisor', 'services');
  const service = (appId: number, name: string): string => join(directory, String(appId), name);
  return {
    directory,
    elsewhere: join(root, randomUUID()),
    service,
    lock: (appId, of, name = 'updates.lock') => join(service(appId, of), name),
    litter: () => (existsSync(directory) ? readdirSync(directory).filter((name) => !/^\d+$/.test(name)) : []),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { orFileError, readTextIfThere } from './host-files.ts';
import { CONCERNS, type Concern } from './restart-units.ts';

/**
 * Remembers what is stored and not in effect yet, over the end of this process, but not over a boot: that brings
 * everything into effect. All throw HostFileError.
 */
export interface PendingRestarts {
  read(): Promise<ReadonlySet<Concern>>;
  add(concerns: Iterable<Concern>): Promise<void>;
  clear(): Promise<void>;
}

/** @param path of a file that a boot removes */
export function pendingRestartsAt(path: string): PendingRestarts {
  async function read(): Promise<ReadonlySet<Concern>> {
    const words = (await orFileError(path, 'read', () => readTextIfThere(path))).split('\n');
    return new Set(CONCERNS.filter((concern) => words.includes(concern)));
  }

  return {
    read,
    async add(concerns) {
      const words = [...new Set([...(await read()), ...concerns])];
      await orFileError(path, 'changed', async () => {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, words.map((word) => `${word}\n`).join(''));
      });
    },
    clear: () => orFileError(path, 'changed', () => rm(path, { force: true })),
  };
}

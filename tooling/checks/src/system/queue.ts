import { mkdir, readdir } from 'node:fs/promises';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode } from '@device-supervisor/errors';

/** Which test files the workers of a run have begun and finished: a directory that all of them see. */
export interface Queue {
  /** Takes a file, unless another worker has taken it. */
  claim(file: string): Promise<boolean>;
  /** Marks a file as finished. @returns how many are */
  finish(file: string): number;
  /** Files that were taken and never finished. */
  unfinished(): Promise<readonly string[]>;
}

const FINISHED = 'finished';

export function openQueue(directory: string): Queue {
  const entryOf = (file: string): string => join(directory, encodeURIComponent(file));
  return {
    async claim(file) {
      try {
        // One process alone can make a directory.
        await mkdir(entryOf(file));
        return true;
      } catch (error) {
        if (hasErrorCode(error, 'EEXIST')) return false;
        throw error;
      }
    },
    finish(file) {
      writeFileSync(join(entryOf(file), FINISHED), '');
      return readdirSync(directory).filter((name) => existsSync(join(directory, name, FINISHED))).length;
    },
    async unfinished() {
      const names = await readdir(directory);
      return names.filter((name) => !existsSync(join(directory, name, FINISHED))).map(decodeURIComponent);
    },
  };
}

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrorCode } from '@device-supervisor/errors';
import type { PositionStore } from '@device-supervisor/logs';

/**
 * Keeps the positions of confirmed log lines in a file of the host's memory. It is written several times a second while
 * services write much, so it is not flushed to a disk: it has to survive the end of the process, not a power cut.
 */
export function positionFile(path: string): PositionStore {
  return {
    load() {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return null;
        throw error;
      }
    },
    save(text) {
      const next = `${path}.new`;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(next, text);
      renameSync(next, path);
    },
  };
}

import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** How many damaged databases are kept. */
export const MAX_SET_ASIDE = 3;

/** Files that SQLite keeps beside a database; left there, they would be taken for those of the next one. */
export const SIDE_FILES = ['-wal', '-journal', '-shm'];

/**
 * Renames a database and its side files to `<name>.damaged-<n>…`, and removes the oldest when there are more than
 * {@link MAX_SET_ASIDE}.
 *
 * @returns the new path of the database
 */
export function setAside(path: string): string {
  const numbers = setAsideNumbers(path);
  const next = Math.max(0, ...numbers) + 1;
  const target = `${path}.damaged-${next}`;
  for (const suffix of ['', ...SIDE_FILES]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  const oldest = [...numbers, next].sort((a, b) => a - b).slice(0, -MAX_SET_ASIDE);
  for (const number of oldest) {
    for (const suffix of ['', ...SIDE_FILES]) rmSync(`${path}.damaged-${number}${suffix}`, { force: true });
  }
  return target;
}

/** Whether SQLite keeps changes beside the database. */
export function hasSideFile(path: string): boolean {
  return SIDE_FILES.some((suffix) => existsSync(path + suffix));
}

/** A side file without its database; `null`: there is none. */
export function orphanedSideFile(path: string): string | null {
  if (existsSync(path)) return null;
  return SIDE_FILES.map((suffix) => path + suffix).find((file) => existsSync(file)) ?? null;
}

function setAsideNumbers(path: string): number[] {
  const prefix = `${basename(path)}.damaged-`;
  const numbers = readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .map((name) => /^(\d+)(-wal|-journal|-shm)?$/.exec(name.slice(prefix.length))?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number);
  return [...new Set(numbers)];
}

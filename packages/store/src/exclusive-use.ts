import { statSync, truncateSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { ensureWritable } from './database-file.ts';
import { translateError } from './translate-error.ts';

/** Milliseconds to wait for a process that is about to end. */
const LOCK_TIMEOUT = 1_000;

/**
 * Makes this the only store on a database, until it is disposed of or the process ends, however it does.
 *
 * The lock is one of the operating system, taken by SQLite on an empty file beside the database. It covers the moments
 * that SQLite's lock on the database itself cannot: those in which it is made, and in which a damaged one is replaced.
 *
 * @throws StoreInUseError
 */
export function takeExclusiveUse(path: string): Disposable {
  const file = `${path}.lock`;
  try {
    ensureWritable(file);
    // Whatever a failing file system left in it would keep SQLite from locking it.
    const { size } = statSync(file);
    if (size > 0) truncateSync(file);
    const lock = new Sqlite(file, { timeout: LOCK_TIMEOUT });
    try {
      // SQLite prepares for a first write: in memory, to leave no second file behind.
      lock.pragma('journal_mode = MEMORY');
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw error;
    }
    return { [Symbol.dispose]: () => void lock.close() };
  } catch (error) {
    throw translateError(path, error) ?? error;
  }
}

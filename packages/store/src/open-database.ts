import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DatabaseFile, ensureWritable } from './database-file.ts';
import { migrate, schemaFault } from './migrate.ts';
import { hasSideFile, orphanedSideFile, SIDE_FILES } from './set-aside.ts';
import { isDamage } from './translate-error.ts';

/** A database in memory, as a file had it. */
export type OpenedDatabase =
  | { readonly sqlite: Sqlite.Database; readonly fault: null }
  /** `fault`: why the file is not a whole database; `sqlite` is an empty one. */
  | { readonly sqlite: Sqlite.Database; readonly fault: string };

/**
 * Reads a database into memory and brings it to the newest schema version. A damaged one is not touched.
 *
 * Throws `StoreTooNewError`, and what SQLite and the file system throw.
 */
export function openDatabase(file: DatabaseFile): OpenedDatabase {
  const fault = fileFault(file.path);
  if (fault !== null) return { sqlite: openEmpty(file.path), fault };
  const bytes = file.read();
  if (bytes === null) return { sqlite: openEmpty(file.path), fault: null };
  const opened = open(bytes, file.path);
  return typeof opened === 'string' ? { sqlite: openEmpty(file.path), fault: opened } : { sqlite: opened, fault: null };
}

/** Milliseconds to wait for another program that looks into the database. */
const BUSY_TIMEOUT = 2_000;
/** Bytes of the header that say how the database is written and read. */
const VERSION_BYTES = [18, 19];
/** Without a log beside it. */
const ROLLBACK_JOURNAL = 1;

/**
 * Takes the changes in that SQLite keeps in a file beside a database: earlier versions of this software and others write
 * such a log. Does nothing without one.
 *
 * @returns what is damaged; `null`: nothing
 */
export function absorbLog(path: string): string | null {
  if (!existsSync(path) || !hasSideFile(path)) return null;
  ensureWritable(path);
  const sqlite = new Sqlite(path, { timeout: BUSY_TIMEOUT });
  try {
    // Beside keeping others out, this keeps the index of the log in memory: a full disk has no room for it as a file.
    sqlite.pragma('locking_mode = EXCLUSIVE');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('wal_checkpoint(TRUNCATE)');
    sqlite.pragma('journal_mode = DELETE');
    return null;
  } catch (error) {
    const reason = damageReason(error);
    if (reason === null) throw error;
    return reason;
  } finally {
    sqlite.close();
  }
}

/** Opens a copy of a database with what its log holds, where the disk does not let it be taken in. */
export function openCopy(path: string): OpenedDatabase {
  const directory = mkdtempSync(join(tmpdir(), 'store-'));
  try {
    const copy = join(directory, 'database');
    for (const suffix of ['', ...SIDE_FILES]) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    const damage = absorbLog(copy);
    const opened = openDatabase(new DatabaseFile(copy));
    return damage === null ? opened : { ...opened, fault: damage };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Whether another program has the database open, so that it must be left alone. Throws what SQLite throws then. */
export function assertUnused(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return;
  const sqlite = new Sqlite(path, { timeout: BUSY_TIMEOUT, readonly: true });
  try {
    sqlite.pragma('locking_mode = EXCLUSIVE');
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    // Whatever else is wrong shows when it is read.
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw error;
  } finally {
    sqlite.close();
  }
}

/** One without content, of the newest schema version. */
export function openEmpty(path: string): Sqlite.Database {
  const sqlite = new Sqlite(':memory:');
  migrate(sqlite, path);
  return sqlite;
}

/** @returns a text when the bytes are no whole database */
function open(bytes: Buffer, path: string): Sqlite.Database | string {
  // SQLite opens none in memory whose header asks for a log; the log was taken in before.
  for (const offset of VERSION_BYTES) if (offset < bytes.length) bytes[offset] = ROLLBACK_JOURNAL;
  const sqlite = new Sqlite(bytes);
  try {
    const fault = prepare(sqlite, path);
    if (fault === null) return sqlite;
    sqlite.close();
    return fault;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/**
 * A file that we made is never empty. An empty one means that its content was lost; SQLite itself would take it for a new
 * database.
 */
function fileFault(path: string): string | null {
  const orphan = orphanedSideFile(path);
  if (orphan !== null) return `the database is gone, but ${orphan} is there`;
  const file = statSync(path, { throwIfNoEntry: false });
  return file?.isFile() === true && file.size === 0 ? 'the file is empty' : null;
}

/** @returns what is damaged; `null`: nothing, and the database is ready */
function prepare(sqlite: Sqlite.Database, path: string): string | null {
  try {
    const verdict = String(sqlite.pragma('integrity_check(1)', { simple: true }));
    if (verdict !== 'ok') return verdict.trim();
    migrate(sqlite, path);
    sqlite.pragma('foreign_keys = ON');
    return schemaFault(sqlite);
  } catch (error) {
    const fault = damageReason(error);
    if (fault === null) throw error;
    return fault;
  }
}

/** `SQLITE_ERROR` is a migration that met tables which it did not expect. */
function damageReason(error: unknown): string | null {
  if (isDamage(error) || (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_ERROR')) {
    return error instanceof Error ? error.message : String(error);
  }
  return null;
}

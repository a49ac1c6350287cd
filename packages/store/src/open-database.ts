import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { ensureFile } from './ensure-file.ts';
import { StoreDamagedError } from './errors.ts';
import { migrate, schemaFault } from './migrate.ts';
import { orphanedSideFile, setAside } from './set-aside.ts';
import { isDamage, translateError } from './translate-error.ts';

/** A damaged database that was replaced by an empty one. */
export interface Recovery {
  /** Path that the damaged one has now. */
  readonly setAside: string;
  /** What was wrong with it. */
  readonly reason: string;
}

export interface OpenedDatabase {
  readonly sqlite: Sqlite.Database;
  /** `null`: the database was whole, or there was none. */
  readonly recovered: Recovery | null;
}

/**
 * Opens a database of the newest schema version; one that is damaged is set aside and replaced. The caller has taken
 * exclusive use of it.
 *
 * @throws StoreTooNewError, StoreInUseError, StoreOpenError, StoreWriteError, StoreDamagedError
 */
export function openDatabase(path: string): OpenedDatabase {
  try {
    const opened = openWhole(path);
    if (opened.sqlite !== null) return { sqlite: opened.sqlite, recovered: null };
    const recovered = { setAside: setAside(path), reason: opened.fault };
    const fresh = openWhole(path);
    if (fresh.sqlite === null) throw new StoreDamagedError(path, new Error(fresh.fault));
    return { sqlite: fresh.sqlite, recovered };
  } catch (error) {
    throw translateError(path, error) ?? error;
  }
}

/** Milliseconds to wait for another program that looks into the database. */
const BUSY_TIMEOUT = 2_000;

type Opened =
  | { readonly sqlite: Sqlite.Database; readonly fault: null }
  | { readonly sqlite: null; readonly fault: string };

function openWhole(path: string): Opened {
  const fault = fileFault(path);
  if (fault !== null) return { sqlite: null, fault };
  ensureFile(path);
  const sqlite = new Sqlite(path, { timeout: BUSY_TIMEOUT });
  try {
    const damage = prepare(sqlite, path);
    if (damage === null) return { sqlite, fault: null };
    sqlite.close();
    return { sqlite: null, fault: damage };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/**
 * A file that we made is empty only until the first start is through; later it means that its content was lost. SQLite
 * itself would take it for a new database. The file is not opened here: closing it would drop SQLite's locks on it.
 */
function fileFault(path: string): string | null {
  const orphan = orphanedSideFile(path);
  if (orphan !== null) return `the database is gone, but ${orphan} is there`;
  const file = statSync(path, { throwIfNoEntry: false });
  return file?.isFile() && file.size === 0 ? 'the file is empty' : null;
}

/** @returns what is damaged; `null`: nothing, and the database is ready */
function prepare(sqlite: Sqlite.Database, path: string): string | null {
  try {
    // Beside keeping others out, this keeps the index of the log in memory: a full disk has no room for it as a file.
    sqlite.pragma('locking_mode = EXCLUSIVE');
    const verdict = String(sqlite.pragma('integrity_check(1)', { simple: true }));
    if (verdict !== 'ok') return verdict.trim();
    migrate(sqlite, path);
    sqlite.pragma('journal_mode = WAL');
    // FULL: what was committed survives a power cut, not only a crash.
    sqlite.pragma('synchronous = FULL');
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

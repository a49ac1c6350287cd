import Sqlite from 'better-sqlite3';
import { StoreDamagedError, StoreInUseError, StoreOpenError, StoreWriteError } from './errors.ts';

/**
 * The error that a failure of SQLite or the file system stands for; `null`: it is neither, but a fault of a program.
 * Only the failure itself is kept as the cause: errors of the query builder quote the values of the query.
 */
export function translateError(path: string, thrown: unknown): Error | null {
  const failure = rootFailure(thrown);
  if (failure === null) return null;
  const { code } = failure;
  if (isDamage(failure)) return new StoreDamagedError(path, failure);
  if (NO_SPACE.has(code)) return new StoreWriteError(path, 'no-space', failure);
  if (code === 'EROFS' || code.startsWith('SQLITE_READONLY')) return new StoreWriteError(path, 'read-only', failure);
  if (code.startsWith('SQLITE_BUSY')) return new StoreInUseError(path, failure);
  if (code === 'EIO' || code.startsWith('SQLITE_IOERR')) return new StoreWriteError(path, 'io', failure);
  if (code.startsWith('SQLITE_CANTOPEN') || !(failure instanceof Sqlite.SqliteError)) {
    return new StoreOpenError(path, failure);
  }
  return null;
}

/** Whether the file is not a whole database, or a part of it cannot be read. */
export function isDamage(thrown: unknown): boolean {
  const code = rootFailure(thrown)?.code;
  return code !== undefined && (DAMAGE.has(code) || code.startsWith('SQLITE_CORRUPT'));
}

const DAMAGE: ReadonlySet<string> = new Set(['SQLITE_NOTADB', 'SQLITE_IOERR_READ', 'SQLITE_IOERR_CORRUPTFS']);
const NO_SPACE: ReadonlySet<string> = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT']);

type Failure = Error & { readonly code: string };

function rootFailure(thrown: unknown): Failure | null {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (isFailure(error)) return error;
  }
  return null;
}

/** An error of SQLite, or of a system call. */
function isFailure(error: Error): error is Failure {
  return (
    error instanceof Sqlite.SqliteError || ('code' in error && typeof error.code === 'string' && 'syscall' in error)
  );
}

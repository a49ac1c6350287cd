import { SupervisorError } from '@device-supervisor/errors';

/** The database was written by a later version of this software; nothing of it was changed. */
export class StoreTooNewError extends SupervisorError<
  'STORE_TOO_NEW',
  { path: string; version: number; supported: number }
> {
  constructor(path: string, version: number, supported: number) {
    super('STORE_TOO_NEW', `database ${path} has schema version ${version}; this software knows up to ${supported}`, {
      details: { path, version, supported },
      hint: 'Run the version that wrote it, or move the file away to start with an empty one',
    });
  }
}

/** Another program, or another store of this one, has the database open. */
export class StoreInUseError extends SupervisorError<'STORE_IN_USE', { path: string }> {
  constructor(path: string, cause: unknown) {
    super('STORE_IN_USE', `database ${path} is in use by another program`, {
      details: { path },
      hint: 'Stop the other supervisor, or choose another database path',
      cause,
    });
  }
}

/** The database can be neither opened nor made: its path is not a place for a file. */
export class StoreOpenError extends SupervisorError<'STORE_OPEN_FAILED', { path: string }> {
  constructor(path: string, cause: unknown) {
    super('STORE_OPEN_FAILED', `cannot open database ${path}`, {
      details: { path },
      hint: 'Check that the path names a file in a directory that this user may write to',
      cause,
    });
  }
}

/** Why a change could not be written. */
export type StoreWriteFault = 'no-space' | 'read-only' | 'io';

/** A change was not written; what was there before is there still. */
export class StoreWriteError extends SupervisorError<'STORE_WRITE_FAILED', { path: string; reason: StoreWriteFault }> {
  constructor(path: string, reason: StoreWriteFault, cause: unknown) {
    super('STORE_WRITE_FAILED', `cannot write to database ${path}: ${WRITE_FAULTS[reason].message}`, {
      details: { path, reason },
      hint: WRITE_FAULTS[reason].hint,
      cause,
    });
  }
}

/** The database turned out to be damaged while it was in use, or a fresh one is damaged at once. */
export class StoreDamagedError extends SupervisorError<'STORE_DAMAGED', { path: string }> {
  constructor(path: string, cause: unknown) {
    super('STORE_DAMAGED', `database ${path} is damaged`, {
      details: { path },
      hint: 'Restart: a damaged database is set aside at start. When it happens again, check the storage medium',
      cause,
    });
  }
}

const WRITE_FAULTS: Readonly<Record<StoreWriteFault, { readonly message: string; readonly hint: string }>> = {
  'no-space': { message: 'no space left on the device', hint: 'Free some space on the data partition' },
  'read-only': { message: 'the file system is read-only', hint: 'Remount it writable, and check it for errors' },
  io: { message: 'the storage medium failed', hint: 'Check the kernel log and the storage medium' },
};

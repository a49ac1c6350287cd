import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { isDamage, translateError } from './translate-error.ts';

describe('translateError', () => {
  it.each([
    ['SQLITE_FULL', 'STORE_WRITE_FAILED', 'no-space'],
    ['SQLITE_READONLY', 'STORE_WRITE_FAILED', 'read-only'],
    ['SQLITE_READONLY_DBMOVED', 'STORE_WRITE_FAILED', 'read-only'],
    ['SQLITE_IOERR_FSYNC', 'STORE_WRITE_FAILED', 'io'],
    ['SQLITE_CORRUPT', 'STORE_DAMAGED', undefined],
    ['SQLITE_NOTADB', 'STORE_DAMAGED', undefined],
    ['SQLITE_IOERR_READ', 'STORE_DAMAGED', undefined],
    ['SQLITE_BUSY', 'STORE_IN_USE', undefined],
    ['SQLITE_CANTOPEN', 'STORE_OPEN_FAILED', undefined],
  ])('knows %s', (code, expected, reason) => {
    const cause = new Sqlite.SqliteError('message of SQLite', code);
    const details = reason === undefined ? { path: '/data/a' } : { path: '/data/a', reason };
    expect(translateError('/data/a', cause)).toMatchObject({ code: expected, details, cause });
  });

  it.each([
    ['ENOSPC', 'STORE_WRITE_FAILED', 'no-space'],
    ['EROFS', 'STORE_WRITE_FAILED', 'read-only'],
    ['EIO', 'STORE_WRITE_FAILED', 'io'],
    ['EACCES', 'STORE_OPEN_FAILED', undefined],
  ])('knows %s of a system call', (code, expected, reason) => {
    const cause = Object.assign(new Error(code), { code, syscall: 'open' });
    const details = reason === undefined ? { path: '/data/a' } : { path: '/data/a', reason };
    expect(translateError('/data/a', cause)).toMatchObject({ code: expected, details, cause });
  });

  it('drops errors around the failure: they quote the values of the query', () => {
    const failure = new Sqlite.SqliteError('database or disk is full', 'SQLITE_FULL');
    const translated = translateError('/data/a', new Error('Failed query … params: s3cret', { cause: failure }));
    expect(translated).toMatchObject({ cause: failure });
    expect(translated?.message).not.toContain('s3cret');
  });

  it.each([
    new TypeError('a fault of a program'),
    new Sqlite.SqliteError('no such table', 'SQLITE_ERROR'),
    'text',
    undefined,
  ])('leaves %s to the caller', (thrown) => {
    expect(translateError('/data/a', thrown)).toBeNull();
  });
});

describe('isDamage', () => {
  it('takes a full disk for none', () => {
    expect(isDamage(new Sqlite.SqliteError('full', 'SQLITE_FULL'))).toBe(false);
    expect(isDamage(new Sqlite.SqliteError('malformed', 'SQLITE_CORRUPT_INDEX'))).toBe(true);
  });
});

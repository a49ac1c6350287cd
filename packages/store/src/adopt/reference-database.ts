import { tryParseJson } from '@device-supervisor/primitives';
import type Sqlite from 'better-sqlite3';

/** A row of a table of the reference supervisor. A column that its version does not have yet reads as `null`. */
export interface ReferenceRow {
  text(column: string): string | null;
  number(column: string): number | null;
  /** `null`: the column is empty, or not JSON. */
  json(column: string): unknown;
}

/** The tables of a reference supervisor, of any of its versions since 9, in a database that may be ours as well. */
export interface ReferenceDatabase {
  /** In the order in which they were written; none when the version has no such table. */
  rows(table: ReferenceTable): readonly ReferenceRow[];
  has(table: ReferenceTable): boolean;
  /** Of its table of settings. */
  setting(key: string): string | null;
}

/** Those that mean something to us. */
export const REFERENCE_TABLES = [
  'apiSecret',
  'app',
  'config',
  'currentCommit',
  'deviceConfig',
  'engineSnapshot',
  'image',
] as const;
export type ReferenceTable = (typeof REFERENCE_TABLES)[number];

/** @returns `null`: no reference supervisor has used the database */
export function openReference(sqlite: Sqlite.Database): ReferenceDatabase | null {
  const present = new Set(
    sqlite.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all(),
  );
  if (!present.has('knex_migrations') || !present.has('app')) return null;
  const rows = (table: ReferenceTable): readonly ReferenceRow[] =>
    present.has(table)
      ? sqlite
          .prepare<[]>(`SELECT * FROM "${table}" ORDER BY rowid`)
          .all()
          .map((row) => toRow(row))
      : [];
  return {
    rows,
    has: (table) => present.has(table),
    setting: (key) =>
      rows('config')
        .find((row) => row.text('key') === key)
        ?.text('value') ?? null,
  };
}

/** @param row as better-sqlite3 returns it */
export function toRow(row: unknown): ReferenceRow {
  const value = (column: string): unknown =>
    typeof row === 'object' && row !== null ? Reflect.get(row, column) : undefined;
  const text = (column: string): string | null => {
    const found = value(column);
    return typeof found === 'string' && found !== '' ? found : null;
  };
  return {
    text,
    number(column) {
      const found = value(column);
      // Columns without a type keep numbers as they were written.
      const number = typeof found === 'string' && found !== '' ? Number(found) : found;
      return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
    },
    json(column) {
      const found = text(column);
      return found === null ? null : tryParseJson(found);
    },
  };
}

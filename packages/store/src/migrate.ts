import type Sqlite from 'better-sqlite3';
import { getTableConfig, type SQLiteTable } from './query-builder.ts';
import { StoreTooNewError } from './errors.ts';
import { MIGRATIONS } from './migrations.ts';
import { TABLES } from './schema.ts';

/**
 * Brings a database to the newest schema version. Tables of other programs are left alone.
 *
 * @throws StoreTooNewError when it is newer than that already
 */
export function migrate(sqlite: Sqlite.Database, path: string): void {
  const version = schemaVersion(sqlite);
  if (version > MIGRATIONS.length) throw new StoreTooNewError(path, version, MIGRATIONS.length);
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    sqlite.transaction(() => {
      sqlite.exec(sql);
      sqlite.pragma(`user_version = ${index + 1}`);
    })();
  }
}

/** The missing parts of the schema; `null`: none. */
export function schemaFault(sqlite: Sqlite.Database): string | null {
  return TABLES.map((table) => tableFault(sqlite, table)).find((fault) => fault !== null) ?? null;
}

function schemaVersion(sqlite: Sqlite.Database): number {
  return Number(sqlite.pragma('user_version', { simple: true }));
}

function tableFault(sqlite: Sqlite.Database, table: SQLiteTable): string | null {
  const { name, columns } = getTableConfig(table);
  const present = sqlite.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(name);
  const missing = columns.find((column) => !present.includes(column.name));
  if (present.length === 0) return `table ${name} is missing`;
  return missing === undefined ? null : `column ${name}.${missing.name} is missing`;
}

import Sqlite from 'better-sqlite3';
import { getTableConfig } from './query-builder.ts';
import { expect, it } from 'vitest';
import { migrate, schemaFault } from './migrate.ts';
import { TABLES } from './schema.ts';

it('makes what the schema describes, and nothing else', () => {
  const sqlite = new Sqlite(':memory:');
  migrate(sqlite, ':memory:');
  const made = sqlite
    .prepare(
      `SELECT tables.name AS "table", columns.name AS "column", columns.type, columns."notnull" AS "required"
       FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'`,
    )
    .all();
  const keys = sqlite
    .prepare<[], { table: string; columns: string }>(
      `SELECT tables.name AS "table", json_group_array(columns.name) AS columns
       FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS keys, pragma_index_info(keys.name) AS columns
       WHERE tables.type = 'table' AND keys."unique" GROUP BY tables.name, keys.name`,
    )
    .all();
  const describedKeys = TABLES.map((table) => getTableConfig(table)).flatMap(
    ({ name, columns, primaryKeys, uniqueConstraints }) =>
      [
        ...columns.filter(({ primary }) => primary).map((column) => [column]),
        ...[...primaryKeys, ...uniqueConstraints].map((key) => key.columns),
      ].map((key) => ({ table: name, columns: JSON.stringify(key.map((column) => column.name)) })),
  );
  expect(new Set(keys)).toEqual(new Set(describedKeys));
  const described = TABLES.map((table) => getTableConfig(table)).flatMap(({ name, columns }) =>
    columns.map((column) => ({
      table: name,
      column: column.name,
      type: column.getSQLType().toUpperCase(),
      required: Number(column.notNull),
    })),
  );
  expect(new Set(made)).toEqual(new Set(described));
  expect(schemaFault(sqlite)).toBeNull();
  sqlite.close();
});

it('does nothing the second time', () => {
  const sqlite = new Sqlite(':memory:');
  migrate(sqlite, ':memory:');
  const changes = sqlite.prepare('SELECT total_changes()').pluck();
  const before = changes.get();
  migrate(sqlite, ':memory:');
  expect(changes.get()).toBe(before);
  sqlite.close();
});

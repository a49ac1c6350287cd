/**
 * The part of drizzle-orm that the store uses. The build replaces this module by a bundle of it, so that drizzle-orm, of which
 * unbundled modules take 150 MB and a second to load, is installed and loaded by no user of this package.
 */
export { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3/driver';
export { sql } from 'drizzle-orm/sql/sql';
export { and, eq } from 'drizzle-orm/sql/expressions';
export {
  customType,
  getTableConfig,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
  type SQLiteTable,
} from 'drizzle-orm/sqlite-core';

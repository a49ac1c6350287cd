import type Sqlite from 'better-sqlite3';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3/driver';
import { translateError } from './translate-error.ts';

/**
 * Runs a query, or several as one transaction.
 *
 * @throws StoreWriteError, StoreDamagedError
 */
export type Query = <T>(work: (database: Transaction) => T) => T;

export type Transaction = Parameters<Parameters<BetterSQLite3Database['transaction']>[0]>[0];

export function createQuery(sqlite: Sqlite.Database, path: string): Query {
  // The package's main entry point loads every part of the query builder; the driver alone is enough.
  const database = drizzle(sqlite);
  return (work) => {
    try {
      return database.transaction(work);
    } catch (error) {
      throw translateError(path, error) ?? error;
    }
  };
}

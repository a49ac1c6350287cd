import type Sqlite from 'better-sqlite3';
import { drizzle, type BetterSQLite3Database } from './query-builder.ts';
import type { Keeper } from './keeper.ts';
import { translateError } from './translate-error.ts';

export type Transaction = Parameters<Parameters<BetterSQLite3Database['transaction']>[0]>[0];

/** Reads and changes of the database in memory, each one transaction. */
export interface Query {
  read<T>(work: (database: Transaction) => T): T;
  /** A change that counts at once. One that cannot be written to the disk is written when the disk heals. */
  change<T>(work: (database: Transaction) => T): T;
  /** Like `change`; resolves when it was written, together with others of the same moment. */
  changeTogether(work: (database: Transaction) => void): Promise<void>;
  /**
   * A change that counts only when it is on the disk, or not at all.
   *
   * @param undo takes the change back
   * @throws StoreWriteError, StoreOpenError, StoreInUseError
   */
  changeDurably<T>(work: (database: Transaction) => T, undo: (database: Transaction) => void): T;
}

export function createQuery(sqlite: Sqlite.Database, { path, keeper }: { path: string; keeper: Keeper }): Query {
  const database = drizzle(sqlite);
  const run = <T>(work: (database: Transaction) => T): T => {
    try {
      return database.transaction(work);
    } catch (error) {
      throw translateError(path, error) ?? error;
    }
  };
  return {
    read: run,
    change(work) {
      const result = run(work);
      keeper.keep();
      return result;
    },
    async changeTogether(work) {
      run(work);
      await keeper.keepTogether();
    },
    changeDurably(work, undo) {
      const result = run(work);
      const fault = keeper.keep();
      if (fault === null) return result;
      run(undo);
      throw fault;
    },
  };
}

import { eq, sql } from './query-builder.ts';
import type { Query, Transaction } from './query.ts';
import { rejectedTargetStates, targetStates } from './schema.ts';
import type { TargetRepository, TargetSource } from './store.ts';
import { parseTarget, printTarget, type TargetDocument } from './target-document.ts';

export function createTargetRepository(query: Query, logger: (message: string) => void): TargetRepository {
  return {
    load(source) {
      const document = documentOf(source);
      if (document === null) return null;
      const decoded = parseTarget(document);
      if (decoded.target !== null) return decoded.target;
      logger(`the stored ${source} target state cannot be read, and is kept aside: ${decoded.reason}`);
      query.change(reject({ source, document, reason: decoded.reason }));
      return null;
    },
    save(source, target) {
      const put = write(source, printTarget(target));
      // The cloud can send its target again; a developer's target exists only here.
      if (source === 'cloud') query.change(put);
      else query.changeDurably(put, write(source, documentOf(source)));
    },
    clear(source) {
      if (source === 'cloud') query.change(write(source, null));
      else query.changeDurably(write(source, null), write(source, documentOf(source)));
    },
  };

  function documentOf(source: TargetSource): TargetDocument | null {
    const row = query.read((database) =>
      database.select().from(targetStates).where(eq(targetStates.source, source)).get(),
    );
    return row?.document ?? null;
  }
}

/** @param document `null`: there is none any more */
function write(source: TargetSource, document: TargetDocument | null): (database: Transaction) => void {
  return (database) => {
    if (document === null) {
      database.delete(targetStates).where(eq(targetStates.source, source)).run();
      return;
    }
    // A document that is bound twice is copied twice.
    database
      .insert(targetStates)
      .values({ source, document })
      .onConflictDoUpdate({ target: targetStates.source, set: { document: sql`excluded.document` } })
      .run();
  };
}

function reject(rejected: typeof rejectedTargetStates.$inferInsert): (database: Transaction) => void {
  return (database) => {
    database
      .insert(rejectedTargetStates)
      .values(rejected)
      .onConflictDoUpdate({
        target: rejectedTargetStates.source,
        set: { document: rejected.document, reason: rejected.reason },
      })
      .run();
    database.delete(targetStates).where(eq(targetStates.source, rejected.source)).run();
  };
}

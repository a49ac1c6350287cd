import { formatError } from '@device-supervisor/errors';
import { TargetState } from '@device-supervisor/state';
import { eq } from 'drizzle-orm/sql/expressions';
import type { Query } from './query.ts';
import { rejectedTargetStates, targetStates, type TargetSource } from './schema.ts';

/** The last good target state of each source. */
export interface TargetRepository {
  /** `null`: there is none, or it could not be read back, which is logged. */
  load(source: TargetSource): TargetState | null;
  /** Writes nothing when it is the one that is there: flash storage wears out. */
  save(source: TargetSource, target: TargetState): void;
  clear(source: TargetSource): void;
}

export function createTargetRepository(query: Query, logger: (message: string) => void): TargetRepository {
  return {
    load(source) {
      const row = query((database) =>
        database.select().from(targetStates).where(eq(targetStates.source, source)).get(),
      );
      if (row === undefined) return null;
      const decoded = decode(row.document);
      if (decoded.target !== null) return decoded.target;
      logger(`the stored ${source} target state cannot be read, and is kept aside: ${decoded.reason}`);
      try {
        reject(query, { source, document: row.document, reason: decoded.reason });
      } catch (error) {
        logger(`the stored ${source} target state could not be kept aside: ${formatError(error)}`);
      }
      return null;
    },
    save(source, target) {
      const document = JSON.stringify(target);
      query((database) =>
        database
          .insert(targetStates)
          .values({ source, document })
          .onConflictDoUpdate({ target: targetStates.source, set: { document } })
          .run(),
      );
    },
    clear(source) {
      query((database) => database.delete(targetStates).where(eq(targetStates.source, source)).run());
    },
  };
}

type Decoded =
  | { readonly target: TargetState; readonly reason: null }
  | { readonly target: null; readonly reason: string };

function decode(document: string): Decoded {
  const parsed = TargetState.safeParse(parseJson(document));
  if (parsed.success) return { target: parsed.data, reason: null };
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return { target: null, reason: path === '' ? 'not a target state' : `${path}: ${issue?.message}` };
}

/** Says nothing about why a text is not JSON: the parser would quote it, and there are secrets in it. */
function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function reject(query: Query, rejected: typeof rejectedTargetStates.$inferInsert): void {
  query((database) => {
    database
      .insert(rejectedTargetStates)
      .values(rejected)
      .onConflictDoUpdate({
        target: rejectedTargetStates.source,
        set: { document: rejected.document, reason: rejected.reason },
      })
      .run();
    database.delete(targetStates).where(eq(targetStates.source, rejected.source)).run();
  });
}

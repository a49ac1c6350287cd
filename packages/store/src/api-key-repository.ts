import { randomBytes, timingSafeEqual } from 'node:crypto';
import { and, eq, ne } from 'drizzle-orm/sql/expressions';
import type { Query, Transaction } from './query.ts';
import { apiKeys } from './schema.ts';

/** What the holder of an API key may act on. */
export type ApiKeyScope =
  | { readonly kind: 'global' }
  | { readonly kind: 'app'; readonly appId: number; readonly serviceName: string };

/** API keys: 64 hexadecimal digits each, one for each scope, made when they are first asked for. */
export interface ApiKeyRepository {
  global(): string;
  forService(appId: number, serviceName: string): string;
  /** `null`: it is not a key. The time that this takes says nothing about the keys. */
  find(key: string): ApiKeyScope | null;
  /** Puts a new key in the place of one, which is void from then on. `null`: it was not a key. */
  regenerate(key: string): string | null;
  /** Makes the keys of all services of an app void. */
  forgetApp(appId: number): void;
}

export function createApiKeyRepository(query: Query): ApiKeyRepository {
  return {
    global() {
      return query((database) => keyOf(database, GLOBAL));
    },
    forService(appId, serviceName) {
      return query((database) => keyOf(database, { appId, serviceName }));
    },
    find(key) {
      const row = query((database) => findRow(database, key));
      return row === null ? null : scopeOf(row);
    },
    regenerate(key) {
      return query((database) => {
        const row = findRow(database, key);
        if (row === null) return null;
        const replacement = generateKey();
        database.update(apiKeys).set({ key: replacement }).where(eq(apiKeys.key, row.key)).run();
        return replacement;
      });
    },
    forgetApp(appId) {
      query((database) =>
        database
          .delete(apiKeys)
          .where(and(eq(apiKeys.appId, appId), ne(apiKeys.serviceName, GLOBAL.serviceName)))
          .run(),
      );
    },
  };
}

const KEY_BYTES = 32;
const GLOBAL = { appId: 0, serviceName: '' } as const;

type Row = typeof apiKeys.$inferSelect;
type Holder = Omit<Row, 'key'>;

function keyOf(database: Transaction, { appId, serviceName }: Holder): string {
  const row = database
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.appId, appId), eq(apiKeys.serviceName, serviceName)))
    .get();
  if (row !== undefined) return row.key;
  const key = generateKey();
  database.insert(apiKeys).values({ key, appId, serviceName }).run();
  return key;
}

/** Looks at every key, however early one matches. */
function findRow(database: Transaction, key: string): Row | null {
  const given = Buffer.from(key);
  let found: Row | null = null;
  for (const row of database.select().from(apiKeys).all()) {
    const known = Buffer.from(row.key);
    if (known.length === given.length && timingSafeEqual(known, given)) found = row;
  }
  return found;
}

function scopeOf({ appId, serviceName }: Holder): ApiKeyScope {
  return serviceName === GLOBAL.serviceName ? { kind: 'global' } : { kind: 'app', appId, serviceName };
}

function generateKey(): string {
  return randomBytes(KEY_BYTES).toString('hex');
}

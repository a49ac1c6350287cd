import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { eq } from './query-builder.ts';
import type { Query, Transaction } from './query.ts';
import { apiKeys } from './schema.ts';
import type { ApiKeyRepository, ApiKeyScope } from './store.ts';

export function createApiKeyRepository(query: Query): ApiKeyRepository {
  // The database is ours alone, so what was read from it once stays true.
  const rows = query.read((database) => database.select().from(apiKeys).all());
  const known = new Map(rows.map((row) => [nameOf(row), withDigest(row)]));
  const keyOf = (holder: Holder, present?: string): string => {
    const row = known.get(nameOf(holder));
    if (row !== undefined) return row.key;
    const isUsable = present !== undefined && KEY.test(present) && findRow(known.values(), present) === null;
    const created = { ...holder, key: isUsable ? present : generateKey() };
    query.change((database) => database.insert(apiKeys).values(created).run());
    known.set(nameOf(created), withDigest(created));
    return created.key;
  };
  return {
    global: () => keyOf(GLOBAL),
    forService: (appId, serviceName, present) => keyOf({ appId, serviceName }, present),
    find(key) {
      const row = findRow(known.values(), key);
      return row === null ? null : scopeOf(row);
    },
    regenerate(key) {
      const row = findRow(known.values(), key);
      if (row === null) return null;
      const replacement = { appId: row.appId, serviceName: row.serviceName, key: generateKey() };
      const put = (next: string, before: string) => (database: Transaction) =>
        database.update(apiKeys).set({ key: next }).where(eq(apiKeys.key, before)).run();
      query.changeDurably(put(replacement.key, row.key), put(row.key, replacement.key));
      known.set(nameOf(replacement), withDigest(replacement));
      return replacement.key;
    },
    keepOnly(services) {
      const kept = new Set([GLOBAL, ...services.map(holderOf)].map(nameOf));
      const gone = [...known].filter(([name]) => !kept.has(name));
      if (gone.length === 0) return;
      // Void at once, whatever the disk does.
      for (const [name] of gone) known.delete(name);
      query.change((database) => {
        for (const [, { key }] of gone) database.delete(apiKeys).where(eq(apiKeys.key, key)).run();
      });
    },
  };
}

const KEY_BYTES = 32;
/** Ours, and those of the field's other supervisor. */
const KEY = /^(?:[0-9a-f]{32}|[0-9a-f]{64})$/;
const GLOBAL = { appId: 0, serviceName: '' } as const;

type Row = typeof apiKeys.$inferSelect;
type Holder = Omit<Row, 'key'>;
type KnownKey = Row & { readonly digest: Buffer };

function holderOf({ appId, service }: { readonly appId: number; readonly service: string }): Holder {
  return { appId, serviceName: service };
}

function nameOf({ appId, serviceName }: Holder): string {
  return `${appId}/${serviceName}`;
}

/** Looks at every key, however early one matches, and compares digests: those are of one length, whatever was given. */
function findRow(rows: Iterable<KnownKey>, key: string): KnownKey | null {
  const given = digestOf(key);
  let found: KnownKey | null = null;
  for (const row of rows) if (timingSafeEqual(row.digest, given)) found = row;
  return found;
}

function withDigest(row: Row): KnownKey {
  return { ...row, digest: digestOf(row.key) };
}

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

function scopeOf({ appId, serviceName }: Holder): ApiKeyScope {
  return serviceName === GLOBAL.serviceName ? { kind: 'global' } : { kind: 'app', appId, serviceName };
}

function generateKey(): string {
  return randomBytes(KEY_BYTES).toString('hex');
}

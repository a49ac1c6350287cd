import { customType, integer, primaryKey, sqliteTable, text, unique } from './query-builder.ts';
import type { TargetDocument } from './target-document.ts';

/** Where a target state came from. */
export const TARGET_SOURCES = ['local', 'cloud'] as const;

const targetDocument = customType<{ data: TargetDocument }>({ dataType: () => 'any' });

/** The last good target state of each source. */
export const targetStates = sqliteTable('target_states', {
  source: text('source', { enum: TARGET_SOURCES }).primaryKey(),
  document: targetDocument('document').notNull(),
});

/** Target states that could not be read back; the last one of each source, kept for a person to look at. */
export const rejectedTargetStates = sqliteTable('rejected_target_states', {
  source: text('source', { enum: TARGET_SOURCES }).primaryKey(),
  document: targetDocument('document').notNull(),
  reason: text('reason').notNull(),
});

/** Claims of services on images. */
export const imageRecords = sqliteTable(
  'image_records',
  {
    reference: text('reference').notNull(),
    appId: integer('app_id').notNull(),
    serviceName: text('service_name').notNull(),
    appUuid: text('app_uuid').notNull(),
    serviceId: integer('service_id').notNull(),
    imageId: integer('image_id').notNull(),
    releaseId: integer('release_id').notNull(),
    commit: text('commit').notNull(),
  },
  (table) => [primaryKey({ columns: [table.reference, table.appId, table.serviceName] })],
);

/** API keys; the global one has app 0 and no service name. */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    key: text('key').primaryKey(),
    appId: integer('app_id').notNull(),
    serviceName: text('service_name').notNull(),
  },
  (table) => [unique().on(table.appId, table.serviceName)],
);

export const settings = sqliteTable('settings', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});

/** Every table that {@link MIGRATIONS} makes. */
export const TABLES = [targetStates, rejectedTargetStates, imageRecords, apiKeys, settings] as const;

import { tryParseJson } from '@device-supervisor/primitives';
import type { TargetApp } from '@device-supervisor/state';
import type Sqlite from 'better-sqlite3';
import { isAdopted, markAdopted, REFERENCE_CLOUD_SOURCE } from './adopt-reference.ts';
import { readApp } from './read-reference.ts';
import { parseTarget, type TargetDocument } from '../target-document.ts';
import { openReference, toRow } from './reference-database.ts';

/** The migration of the reference that we write the tables of; older versions migrate their own tables on. */
const KNOWN_MIGRATION = 'M00012.js';

/**
 * Writes what has changed since back into the tables of the reference supervisor, so that it continues where we stopped: keys
 * that containers have, targets and image records. Does nothing in a database that was not taken over from a
 * reference of a known version, and leaves rows that have not changed as they are.
 */
export function mirrorToReference(sqlite: Sqlite.Database): void {
  if (openReference(sqlite) === null || !isAdopted(sqlite) || !hasMigration(sqlite)) return;
  sqlite.transaction(() => {
    mirrorKeys(sqlite);
    mirrorImages(sqlite);
    mirrorTargets(sqlite);
    markAdopted(sqlite);
  })();
}

function hasMigration(sqlite: Sqlite.Database): boolean {
  return sqlite.prepare('SELECT 1 FROM knex_migrations WHERE name = ?').get(KNOWN_MIGRATION) !== undefined;
}

function mirrorKeys(sqlite: Sqlite.Database): void {
  sqlite.exec(`
    DELETE FROM apiSecret WHERE NOT EXISTS (
      SELECT 1 FROM api_keys
      WHERE app_id = ifnull(apiSecret.appId, 0) AND service_name = ifnull(apiSecret.serviceName, '')
        AND api_keys.key = apiSecret.key);
    INSERT INTO apiSecret (appId, serviceName, key, scopes)
      SELECT app_id, nullif(service_name, ''), key,
        CASE service_name WHEN '' THEN '[{"type":"global"}]'
          ELSE json_array(json_object('type', 'app', 'appId', app_id)) END
      FROM api_keys WHERE NOT EXISTS (SELECT 1 FROM apiSecret WHERE apiSecret.key = api_keys.key);
  `);
}

function mirrorImages(sqlite: Sqlite.Database): void {
  sqlite.exec(`
    DELETE FROM image WHERE NOT EXISTS (
      SELECT 1 FROM image_records
      WHERE reference = image.name AND app_id = image.appId AND service_name = image.serviceName);
    UPDATE image SET imageId = record.image_id, releaseId = record.release_id, "commit" = record."commit"
      FROM image_records AS record
      WHERE record.reference = image.name AND record.app_id = image.appId AND record.service_name = image.serviceName
        AND record.release_id <> image.releaseId;
    INSERT INTO image (name, appId, serviceId, serviceName, imageId, releaseId, appUuid, "commit")
      SELECT reference, app_id, service_id, service_name, image_id, release_id, app_uuid, "commit"
      FROM image_records WHERE NOT EXISTS (
        SELECT 1 FROM image WHERE name = reference AND appId = app_id AND serviceName = service_name);
  `);
}

function mirrorTargets(sqlite: Sqlite.Database): void {
  const cloudSource = sqlite
    .prepare<[string], string>('SELECT value FROM settings WHERE name = ?')
    .pluck()
    .get(REFERENCE_CLOUD_SOURCE);
  const names: Readonly<Record<string, string | undefined>> = { local: 'local', cloud: cloudSource };
  const stored = sqlite
    .prepare<[], { source: string; document: TargetDocument }>('SELECT source, document FROM target_states')
    .all();
  for (const { source, document } of stored) {
    const { target } = parseTarget(document);
    const name = names[source];
    if (target !== null && name !== undefined) mirrorApps(sqlite, name, Object.values(target.apps));
  }
}

type AppColumns = Readonly<Record<string, string | number | null>>;

function mirrorApps(sqlite: Sqlite.Database, source: string, apps: readonly TargetApp[]): void {
  const rows = apps.map((app) => columnsOf(app, source));
  const present = sqlite
    .prepare<[string], { id: number } & AppColumns>('SELECT * FROM app WHERE source = ?')
    .all(source);
  // A row that we could not read is not ours to remove.
  const isStale = (row: AppColumns): boolean =>
    readApp(toRow(row)).success && !rows.some((wanted) => isSame(wanted, row));
  for (const row of present) if (isStale(row)) sqlite.prepare('DELETE FROM app WHERE id = ?').run(row.id);
  const insert = sqlite.prepare(
    `INSERT INTO app (name, releaseId, "commit", appId, services, networks, volumes, source, uuid, class, isHost)
     VALUES (@name, @releaseId, @commit, @appId, @services, @networks, @volumes, @source, @uuid, @class, @isHost)`,
  );
  for (const row of rows) if (!present.some((one) => isSame(row, one))) insert.run(row);
}

function columnsOf({ id, uuid, name, class: appClass, isHost, release }: TargetApp, source: string): AppColumns {
  const shared = { appId: id, appUuid: uuid, releaseId: release?.id ?? null, commit: release?.commit ?? null };
  const services = Object.values(release?.services ?? {}).map(
    ({ id: serviceId, name: serviceName, image, environment, labels, composition, running, imageId, contract }) => ({
      image,
      environment,
      labels,
      composition,
      running,
      ...shared,
      imageId,
      serviceId,
      serviceName,
      ...(contract === undefined ? {} : { contract }),
    }),
  );
  return {
    name,
    releaseId: shared.releaseId,
    commit: shared.commit,
    appId: id,
    services: JSON.stringify(services),
    networks: JSON.stringify(release?.networks ?? {}),
    volumes: JSON.stringify(release?.volumes ?? {}),
    source,
    uuid,
    class: appClass,
    isHost: Number(isHost),
  };
}

const JSON_COLUMNS: ReadonlySet<string> = new Set(['services', 'networks', 'volumes']);

/** Whether a row says the same, in whatever order its JSON has its keys. */
function isSame(wanted: AppColumns, row: AppColumns): boolean {
  return Object.entries(wanted).every(([column, value]) =>
    JSON_COLUMNS.has(column) ? canonical(value) === canonical(row[column]) : value === row[column],
  );
}

function canonical(text: unknown): string {
  const parsed = typeof text === 'string' ? tryParseJson(text) : null;
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((one) => sorted(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, one]) => [key, sorted(one)]),
    );
  };
  const list = Array.isArray(parsed) ? parsed.map((one) => JSON.stringify(sorted(one))).toSorted() : sorted(parsed);
  return JSON.stringify(list);
}

import { hash } from 'node:crypto';
import type Sqlite from 'better-sqlite3';
import { readReference, type ReferenceState } from './read-reference.ts';
import { openReference, REFERENCE_TABLES } from './reference-database.ts';

/** The result of the adoption of a reference supervisor's database. */
export interface Adoption {
  readonly apps: number;
  readonly keys: number;
  readonly images: number;
  /** Parts that could not be adopted, in words. */
  readonly skipped: readonly string[];
}

/** Setting: which content of the reference's tables ours correspond to. */
const ADOPTED = 'adopted-reference';
/** Setting: what the reference marks targets of the cloud with. */
export const REFERENCE_CLOUD_SOURCE = 'reference-cloud-source';

/**
 * Takes over what a reference supervisor has left in the database, in one transaction: targets, API keys, image records,
 * a pin and what was on the engine before local mode. Its own tables stay as they are. It is done once, and again when
 * the reference has run in between.
 *
 * @returns `null`: there is nothing to take over, or nothing that is new
 */
export function adoptReference(sqlite: Sqlite.Database): Adoption | null {
  const database = openReference(sqlite);
  if (database === null) return null;
  const content = contentOf(sqlite);
  if (adoptedContent(sqlite) === content) return null;
  const state = readReference(database);
  sqlite.transaction(() => {
    write(sqlite, state);
    set(sqlite, ADOPTED, content);
    if (state.cloudSource !== null) set(sqlite, REFERENCE_CLOUD_SOURCE, state.cloudSource);
  })();
  const apps = Object.values(state.targets).reduce((sum, target) => sum + Object.keys(target.apps).length, 0);
  return { apps, keys: state.keys.length, images: state.images.length, skipped: state.skipped };
}

/** Whether something was taken over: only then do our tables say more than the reference's. */
export function isAdopted(sqlite: Sqlite.Database): boolean {
  return adoptedContent(sqlite) !== null;
}

function adoptedContent(sqlite: Sqlite.Database): string | null {
  const value = sqlite.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck().get(ADOPTED);
  return value ?? null;
}

/** Remembers the reference's tables as they are now, so that they are not taken over again. */
export function markAdopted(sqlite: Sqlite.Database): void {
  set(sqlite, ADOPTED, contentOf(sqlite));
}

function contentOf(sqlite: Sqlite.Database): string {
  const database = openReference(sqlite);
  const rows = REFERENCE_TABLES.filter((table) => database?.has(table) === true).map((table) =>
    sqlite.prepare(`SELECT * FROM "${table}" ORDER BY rowid`).raw().all(),
  );
  return hash('sha256', JSON.stringify(rows));
}

function write(sqlite: Sqlite.Database, state: ReferenceState): void {
  const { targets, keys, images, imagesBeforeLocalMode, releaseToPin } = state;
  const saveTarget = sqlite.prepare('INSERT OR REPLACE INTO target_states (source, document) VALUES (?, ?)');
  for (const [source, target] of Object.entries(targets)) saveTarget.run(source, JSON.stringify(target));
  // Its containers have these keys: those of ours that stand for the same are void.
  const saveKey = sqlite.prepare('INSERT OR REPLACE INTO api_keys (key, app_id, service_name) VALUES (?, ?, ?)');
  for (const { key, appId, serviceName } of keys) saveKey.run(key, appId, serviceName);
  const saveImage = sqlite.prepare(
    `INSERT OR REPLACE INTO image_records
       (reference, app_id, service_name, app_uuid, service_id, image_id, release_id, "commit")
     VALUES (@reference, @appId, @serviceName, @appUuid, @serviceId, @imageId, @releaseId, @commit)`,
  );
  for (const image of images) saveImage.run(image);
  if (imagesBeforeLocalMode !== null) set(sqlite, 'images-before-local-mode', imagesBeforeLocalMode.join('\n'));
  if (releaseToPin !== null) set(sqlite, 'preloaded-release-to-pin', String(releaseToPin));
}

function set(sqlite: Sqlite.Database, name: string, value: string): void {
  sqlite.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(name, value);
}

import type { ImageRecord } from '@device-supervisor/compose';
import { TargetApp, type TargetState } from '@device-supervisor/state';
import type { TargetSource } from '../store.ts';
import type { ReferenceDatabase, ReferenceRow } from './reference-database.ts';

/** An API key; the global one has app 0 and no service name. */
export interface AdoptedKey {
  readonly key: string;
  readonly appId: number;
  readonly serviceName: string;
}

/** The data of a reference supervisor, in our terms. */
export interface ReferenceState {
  readonly targets: Readonly<Partial<Record<TargetSource, TargetState>>>;
  readonly keys: readonly AdoptedKey[];
  readonly images: readonly ImageRecord[];
  /** Ids of the images that were on the engine before local mode; `null`: local mode did not begin. */
  readonly imagesBeforeLocalMode: readonly string[] | null;
  /** Id of the release that the device is to be pinned to when it is registered. */
  readonly releaseToPin: number | null;
  /** The mark of its rows for targets of the cloud; `null`: it has none. */
  readonly cloudSource: string | null;
  /** Parts that could not be adopted, in words. */
  readonly skipped: readonly string[];
}

const LOCAL = 'local';

export function readReference(database: ReferenceDatabase): ReferenceState {
  const skipped: string[] = [];
  const apps = database.rows('app');
  const cloudSource = cloudSourceOf(database, apps);
  const targetOf = (source: string): TargetState | null => readTarget(database, { source, skipped });
  const cloud = cloudSource === null ? null : targetOf(cloudSource);
  const local = targetOf(LOCAL);
  return {
    targets: { ...(cloud === null ? {} : { cloud }), ...(local === null ? {} : { local }) },
    keys: readKeys(database),
    images: database.rows('image').flatMap((row) => readImage(row, apps)),
    imagesBeforeLocalMode: readSnapshot(database),
    releaseToPin: readPin(database, apps),
    cloudSource,
    skipped,
  };
}

/** The cloud that the device reported its configuration to, else that of the newest target. */
function cloudSourceOf(database: ReferenceDatabase, apps: readonly ReferenceRow[]): string | null {
  const sources = apps.map((row) => row.text('source')).filter((source) => source !== null && source !== LOCAL);
  const reported = database.setting('initialConfigReported');
  if (reported !== null && /^https?:/.test(reported)) return reported;
  return sources.at(-1) ?? null;
}

/** @returns `null`: there never was a target of that source */
function readTarget(
  database: ReferenceDatabase,
  { source, skipped }: { readonly source: string; readonly skipped: string[] },
): TargetState | null {
  const rows = database.rows('app').filter((row) => row.text('source') === source);
  if (rows.length === 0 && !hasEmptyTarget(database, source)) return null;
  const apps: Record<string, TargetApp> = {};
  for (const row of rows) {
    const parsed = readApp(row);
    if (parsed.success) {
      apps[parsed.data.uuid] = parsed.data;
      continue;
    }
    const [issue] = parsed.error.issues;
    skipped.push(`app ${row.text('name') ?? row.number('appId') ?? '?'}: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const name = database.setting('name');
  return { ...(name === null ? {} : { name }), config: readConfig(database), apps };
}

/** A target without apps has no rows; only for the current mode is it known that there was one. */
function hasEmptyTarget(database: ReferenceDatabase, source: string): boolean {
  const isLocal = database.setting('localMode') === 'true';
  return database.setting('targetStateSet') === 'true' && (source === LOCAL) === isLocal;
}

/** The app of a row, or what is wrong with it. */
export function readApp(row: ReferenceRow): ReturnType<typeof TargetApp.safeParse> {
  return TargetApp.safeParse(appOf(row));
}

function appOf(row: ReferenceRow): unknown {
  const id = row.number('appId');
  const commit = row.text('commit');
  const services = row.json('services');
  return {
    id,
    // Versions before 14 did not know uuids; apps of local mode have their id for one.
    uuid: row.text('uuid') ?? String(id),
    name: row.text('name') ?? String(id),
    class: row.text('class') ?? 'fleet',
    isHost: row.number('isHost') === 1,
    release:
      commit === null
        ? null
        : {
            id: row.number('releaseId') ?? 0,
            commit,
            services: Object.fromEntries((Array.isArray(services) ? services : []).map((one) => serviceOf(one))),
            networks: row.json('networks') ?? {},
            volumes: row.json('volumes') ?? {},
          },
  };
}

function serviceOf(service: unknown): [string, unknown] {
  const field = (name: string): unknown =>
    typeof service === 'object' && service !== null ? Reflect.get(service, name) : undefined;
  const name = String(field('serviceName'));
  const contract = field('contract');
  return [
    name,
    {
      id: field('serviceId'),
      name,
      imageId: field('imageId'),
      image: field('image'),
      environment: field('environment') ?? {},
      labels: field('labels') ?? {},
      running: field('running') ?? true,
      composition: field('composition') ?? {},
      ...(contract === undefined || contract === null ? {} : { contract }),
    },
  ];
}

function readConfig(database: ReferenceDatabase): Record<string, string> {
  const values = database.rows('deviceConfig')[0]?.json('targetValues');
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function readKeys(database: ReferenceDatabase): readonly AdoptedKey[] {
  if (!database.has('apiSecret')) {
    // Before scoped keys there was one, among the settings.
    const key = database.setting('apiSecret');
    return key === null ? [] : [{ key, appId: 0, serviceName: '' }];
  }
  const names = new Map(database.rows('image').map((row) => [row.number('serviceId'), row.text('serviceName')]));
  return database.rows('apiSecret').flatMap((row) => {
    const key = row.text('key');
    const appId = row.number('appId') ?? 0;
    const serviceName = row.text('serviceName') ?? names.get(row.number('serviceId')) ?? '';
    // A key of an app without a service opens nothing that we have.
    return key === null || (appId !== 0 && serviceName === '') ? [] : [{ key, appId, serviceName }];
  });
}

function readImage(row: ReferenceRow, apps: readonly ReferenceRow[]): readonly ImageRecord[] {
  const [reference, serviceName, appId] = [row.text('name'), row.text('serviceName'), row.number('appId')];
  if (reference === null || serviceName === null || appId === null) return [];
  const app = apps.find((one) => one.number('appId') === appId);
  return [
    {
      reference,
      appId,
      appUuid: row.text('appUuid') ?? app?.text('uuid') ?? String(appId),
      serviceId: row.number('serviceId') ?? 0,
      serviceName,
      imageId: row.number('imageId') ?? 0,
      releaseId: row.number('releaseId') ?? 0,
      commit: row.text('commit') ?? app?.text('commit') ?? '',
    },
  ];
}

function readSnapshot(database: ReferenceDatabase): readonly string[] | null {
  const snapshot = database.rows('engineSnapshot')[0]?.json('snapshot');
  if (typeof snapshot !== 'object' || snapshot === null || !('images' in snapshot)) return null;
  return Array.isArray(snapshot.images) ? snapshot.images.map(String) : null;
}

function readPin(database: ReferenceDatabase, apps: readonly ReferenceRow[]): number | null {
  const pin = database
    .rows('config')
    .find((row) => row.text('key') === 'pinDevice')
    ?.json('value');
  if (typeof pin !== 'object' || pin === null || !('commit' in pin)) return null;
  return apps.find((row) => row.text('commit') === pin.commit)?.number('releaseId') ?? null;
}

import type { TargetApp, TargetState } from '@device-supervisor/state';

/** Added to the id of a developer's app that an app of the cloud has too. */
const DEVELOPER_IDS = 1_000_000_000;

/**
 * A developer's target whose apps share no id with those of the cloud. The public client names each app 1, which is also
 * the id of the first fleet of a cloud: the volumes, networks and keys of the one would be taken for those of the other.
 */
export function withOwnIds(developer: TargetState, cloud: TargetState | null): TargetState {
  const taken = new Set(Object.values(cloud?.apps ?? {}).map(({ id }) => id));
  const apps = Object.values(developer.apps).map((app) => (taken.has(app.id) ? withOwnId(app) : app));
  return { ...developer, apps: Object.fromEntries(apps.map((app) => [app.uuid, app])) };
}

/** The uuid of a developer's app is its id. */
function withOwnId(app: TargetApp): TargetApp {
  const id = app.id + DEVELOPER_IDS;
  return { ...app, id, uuid: String(id) };
}

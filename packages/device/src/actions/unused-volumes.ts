import { volumeName, type EngineSnapshot } from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';

/**
 * Engine names of the supervised volumes that no release of a target has. With ids of apps, of these apps alone: a volume
 * is of the app that its name or label says.
 */
export function unusedVolumes(
  target: TargetState,
  { volumes }: EngineSnapshot,
  appIds: readonly number[] | 'all',
): string[] {
  const apps = Object.values(target.apps);
  const wanted = new Set(
    apps.flatMap((app) => Object.keys(app.release?.volumes ?? {}).map((name) => volumeName(app, name))),
  );
  const uuids = new Map(apps.map(({ id, uuid }) => [uuid, id]));
  return volumes
    .filter(({ name, supervised }) => supervised && !wanted.has(name))
    .filter(({ name, appUuid }) => {
      const id = (appUuid === null ? undefined : uuids.get(appUuid)) ?? Number(/^\d+(?=_)/.exec(name)?.[0]);
      return appIds === 'all' || appIds.includes(id);
    })
    .map(({ name }) => name);
}

import { formatContainerName } from './identifiers.ts';
import type { TargetApp } from './target-state.ts';

/** Values that two apps of a target cannot share. */
export interface AppConflict {
  /** Uuids of the apps. */
  readonly apps: readonly [string, string];
  /** For the second of them. */
  readonly message: string;
}

/** Apps that could not be told apart on the engine: they have one id, or want one name for a container. */
export function appConflicts(apps: Readonly<Record<string, TargetApp>>): AppConflict[] {
  const conflicts: AppConflict[] = [];
  const owners = new Map<string, string>();
  const claim = (app: TargetApp, what: string): void => {
    const owner = owners.get(what);
    if (owner === undefined) owners.set(what, app.uuid);
    else if (owner !== app.uuid) {
      conflicts.push({ apps: [owner, app.uuid], message: `has the ${what} of app ${owner} too; give each its own` });
    }
  };
  for (const app of Object.values(apps)) {
    claim(app, `id ${app.id}`);
    const { release } = app;
    if (release === null) continue;
    for (const { name, imageId } of Object.values(release.services)) {
      const container = formatContainerName({ service: name, imageId, releaseId: release.id, commit: release.commit });
      claim(app, `container name ${container}`);
    }
  }
  return conflicts;
}

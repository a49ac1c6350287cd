import { absentAppContainers } from './observed-services.ts';
import type { PlanDraft } from './plan-draft.ts';
import { planLocks } from './plan-locks.ts';
import { planNetworkRemoval } from './plan-networks.ts';
import { planContainerRemoval } from './plan-container.ts';
import { isVolumeOf, planVolumeRemoval } from './plan-volumes.ts';
import type { PlanContext } from './plan-input.ts';

const CAUSE = 'the app is not in the target';

/** Removes what is left of apps that are not in the target: containers, networks, and volumes unless they are kept. */
export function planAbsentApps(input: PlanContext, draft: PlanDraft): void {
  const { snapshot, target } = input;
  const ids = new Set(Object.values(target.apps).map(({ id }) => id));
  for (const [appId, containers] of absentAppContainers(target, snapshot)) {
    const locks = planLocks(appId, {
      services: containers.map(({ identity }) => identity?.serviceName ?? ''),
      downloads: [],
      input,
      draft,
    });
    for (const container of containers) {
      if (container.status !== 'removing') planContainerRemoval(container, { cause: CAUSE, locks, draft });
    }
    locks.finish();
  }
  for (const network of snapshot.networks) {
    if (!network.supervised || network.appId === null || ids.has(network.appId)) continue;
    planNetworkRemoval(network, { cause: CAUSE, snapshot, draft });
  }
  planVolumes(input, draft);
}

function planVolumes({ snapshot, target, policy }: PlanContext, draft: PlanDraft): void {
  for (const volume of snapshot.volumes) {
    if (!volume.supervised || volume.appUuid === null) continue;
    if (Object.values(target.apps).some((app) => isVolumeOf(app, volume))) continue;
    if (policy.keepVolumes && !policy.requests.purge.has(volume.name)) continue;
    planVolumeRemoval(volume, { cause: CAUSE, appId: null, snapshot, draft });
  }
}

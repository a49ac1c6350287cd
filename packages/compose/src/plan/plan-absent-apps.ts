import { absentAppContainers } from './observed-services.ts';
import type { PlanDraft } from './plan-draft.ts';
import { planLocks } from './plan-locks.ts';
import { planNetworkRemoval } from './plan-networks.ts';
import { planContainerRemoval } from './plan-services.ts';
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
      if (container.status !== 'removing')
        planContainerRemoval(container, { cause: CAUSE, locks, draft, stopAfter: [] });
    }
    locks.finish();
  }
  for (const network of snapshot.networks) {
    if (!network.supervised || network.appId === null || ids.has(network.appId)) continue;
    planNetworkRemoval(network, { cause: CAUSE, snapshot, draft });
  }
  if (!input.policy.keepVolumes) planVolumeRemoval(input, draft);
}

function planVolumeRemoval({ snapshot, target }: PlanContext, draft: PlanDraft): void {
  for (const volume of snapshot.volumes) {
    if (!volume.supervised || volume.appUuid === null || target.apps[volume.appUuid] !== undefined) continue;
    const users = snapshot.containers.filter(({ config }) =>
      config.mounts.some(({ source }) => source === volume.name),
    );
    draft.add({
      kind: 'remove-volume',
      id: `remove-volume ${volume.name}`,
      dependsOn: users.map(({ name }) => `remove-container ${name}`),
      cause: CAUSE,
      appId: null,
      service: null,
      name: volume.name,
    });
  }
}

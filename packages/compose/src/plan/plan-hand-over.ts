import type { RestartPolicy } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import type { ServiceDecision } from './decide-service.ts';
import { nameBeforeHandOver, predecessorName } from './hand-over.ts';
import { isStopped, planContainerRemoval } from './plan-container.ts';
import { removeContainerId } from './plan-networks.ts';
import { planRename } from './plan-rename.ts';
import type { ServicesContext } from './services-context.ts';
import { updateContainerId } from './update-in-place.ts';

const NEVER: RestartPolicy = { name: 'no', maximumRetryCount: 0 };

/** Makes a container ready to be taken over from: it runs on under another name, and is not restarted any more. */
export function planStandAside(current: ObservedContainer, cause: string, context: ServicesContext): void {
  const { identity } = current;
  if (identity === null) return;
  const { draft, locks } = context;
  const update = planRestartPolicy(current, NEVER, { cause, context });
  const rename = planRename(current, predecessorName(current.name), { cause, context });
  draft.add({
    kind: 'clear-hand-over',
    id: clearHandOverId(current),
    dependsOn: [locks.acquire(`to hand over ${identity.serviceName}`), ...[update, rename].filter((id) => id !== null)],
    cause: 'what an earlier container said does not count',
    appId: identity.appId,
    service: identity.serviceName,
  });
}

/** Goes on with a hand-over that is under way. */
export function planHandOver({ spec, current, handOver }: ServiceDecision, context: ServicesContext): void {
  if (handOver === null || current === null) return;
  const { app, draft, locks } = context;
  const { predecessor } = handOver;
  switch (handOver.kind) {
    case 'waiting': {
      const { until } = handOver;
      const message = `the old container runs until the new one takes over, or for ${spec.updatePolicy.handOverTimeout} ms`;
      draft.block({ appId: app.id, service: spec.service.name, reason: 'hand-over', message });
      if (until !== null) draft.wakeAt(until);
      return;
    }
    case 'complete':
      planContainerRemoval(predecessor, { cause: handOver.cause, locks, draft });
      draft.add({
        kind: 'clear-hand-over',
        id: clearHandOverId(predecessor),
        dependsOn: [removeContainerId(predecessor)],
        cause: handOver.cause,
        appId: app.id,
        service: spec.service.name,
      });
      return;
    case 'failed':
      planContainerRemoval(current, { cause: handOver.cause, locks, draft });
      planRestoration(predecessor, {
        restart: spec.config.restart,
        cause: handOver.cause,
        dependsOn: [removeContainerId(current)],
        context,
      });
  }
}

/** Gives a container back what it had before another was to take over: its name, its restart policy, and that it runs. */
export function planRestoration(
  predecessor: ObservedContainer,
  {
    restart,
    cause,
    dependsOn,
    context,
  }: {
    restart: RestartPolicy;
    cause: string;
    /** Ids of what has to have succeeded before it stands for the service again. */
    dependsOn: readonly string[];
    context: ServicesContext;
  },
): void {
  const { identity } = predecessor;
  if (identity === null) return;
  const { draft } = context;
  const update = planRestartPolicy(predecessor, restart, { cause, context });
  const rename = planRename(predecessor, nameBeforeHandOver(predecessor.name), { cause, context, dependsOn });
  if (!isStopped(predecessor)) return;
  draft.add({
    kind: 'start-container',
    id: `start-container ${nameBeforeHandOver(predecessor.name)}`,
    dependsOn: [...dependsOn, ...[update, rename].filter((id) => id !== null)],
    cause,
    appId: identity.appId,
    service: identity.serviceName,
    container: predecessor.id,
  });
}

export function clearHandOverId({ identity }: ObservedContainer): string {
  return `clear-hand-over ${identity?.appId}/${identity?.serviceName}`;
}

/** @returns id of the operation; `null`: it has that policy */
function planRestartPolicy(
  container: ObservedContainer,
  restart: RestartPolicy,
  { cause, context: { draft, locks } }: { cause: string; context: ServicesContext },
): string | null {
  const { identity, id, config } = container;
  const same = config.restart.name === restart.name && config.restart.maximumRetryCount === restart.maximumRetryCount;
  if (identity === null || same) return null;
  return draft.add({
    kind: 'update-container',
    id: updateContainerId(container),
    dependsOn: [locks.acquire(`to hand over ${identity.serviceName}`)],
    cause,
    appId: identity.appId,
    service: identity.serviceName,
    containerId: id,
    config: { resources: config.resources, restart },
  });
}

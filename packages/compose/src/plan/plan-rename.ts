import type { ObservedContainer } from '../observed.ts';
import { planStop } from './plan-container.ts';
import { stopContainerId } from './plan-networks.ts';
import type { ServicesContext } from './services-context.ts';
import { updateContainerId } from './update-in-place.ts';

export interface RenamePlan {
  readonly cause: string;
  readonly context: ServicesContext;
  /** Ids of what has to have succeeded before. */
  readonly dependsOn?: readonly string[];
}

/**
 * Gives a service's container another name. Engines refuse that while they wait to restart a container, so the plan waits
 * too: they tell when it runs. One that ends again and again may never be met running, though. Nothing of it runs between
 * two runs, so it loses nothing when it is stopped there, renamed and started again.
 *
 * @returns id of the operation; `null`: it cannot be renamed now, or is no service's container
 */
export function planRename(container: ObservedContainer, name: string, plan: RenamePlan): string | null {
  const { input, draft } = plan.context;
  const { identity, id, status } = container;
  if (identity === null) return null;
  if (status !== 'restarting' || draft.has(stopContainerId(container))) return addRename(container, name, plan);
  if (input.policy.crashLooping.has(id)) return planRenameWhileStopped(container, name, plan);
  draft.block({
    appId: identity.appId,
    service: identity.serviceName,
    reason: 'engine',
    message: 'the engine is about to restart its container, which gets its new name when it runs',
  });
  return null;
}

export function renameContainerId({ name }: Pick<ObservedContainer, 'name'>): string {
  return `rename-container ${name}`;
}

function planRenameWhileStopped(container: ObservedContainer, name: string, plan: RenamePlan): string | null {
  const { locks, draft } = plan.context;
  const { identity, id } = container;
  if (identity === null) return null;
  planStop(container, { cause: 'it crashes again and again, and cannot be renamed meanwhile', locks, draft });
  const rename = addRename(container, name, plan);
  draft.add(
    {
      kind: 'start-container',
      id: `start-container ${name}`,
      dependsOn: rename === null ? [] : [rename],
      cause: 'was stopped to be renamed',
      appId: identity.appId,
      service: identity.serviceName,
      container: id,
    },
    [updateContainerId(container)],
  );
  return rename;
}

function addRename(
  container: ObservedContainer,
  name: string,
  { cause, context: { draft, locks }, dependsOn = [] }: RenamePlan,
): string | null {
  const { identity, id } = container;
  if (identity === null) return null;
  const stop = stopContainerId(container);
  return draft.add({
    kind: 'rename-container',
    id: renameContainerId(container),
    dependsOn: [locks.acquire(`to rename ${identity.serviceName}`), ...(draft.has(stop) ? [stop] : []), ...dependsOn],
    cause,
    appId: identity.appId,
    service: identity.serviceName,
    containerId: id,
    name,
  });
}

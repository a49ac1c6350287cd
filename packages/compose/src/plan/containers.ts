import type { RestartPolicy } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import type { AppPlan } from './app-plan.ts';
import { updateContainerId } from './compare.ts';
import { addTo } from './device-plan.ts';
import type { Order, PlanNode } from './graph.ts';

/** Stops a container under its app's locks. */
export function stopContainer(
  { identity, id, name, config }: ObservedContainer,
  plan: AppPlan,
  { cause, needs = [], follows = [] }: { readonly cause: string } & Order,
): PlanNode {
  const { device, draft, locks, id: appId } = plan;
  const service = identity?.serviceName ?? '';
  const stop = draft.add(
    {
      kind: 'stop-container',
      id: `stop-container ${name}`,
      cause,
      appId,
      service,
      containerId: id,
      timeout: config.stopTimeout,
    },
    { needs: [locks.acquire(`to stop ${service}`), ...needs], follows },
  );
  device.stops.set(id, stop);
  addTo(plan.makingWay, service, stop);
  return stop;
}

/**
 * Stops a container if it runs, and removes it.
 *
 * @param needs further operations that come before
 */
export function removeContainer(
  container: ObservedContainer,
  plan: AppPlan,
  { cause, needs = [] }: { readonly cause: string; readonly needs?: readonly (PlanNode | undefined)[] },
): PlanNode {
  const { identity, id, name } = container;
  const { device, draft, locks } = plan;
  const service = identity?.serviceName ?? '';
  const stop = isStopped(container) ? null : (device.stops.get(id) ?? stopContainer(container, plan, { cause }));
  const removal = draft.add(
    { kind: 'remove-container', id: `remove-container ${name}`, cause, appId: plan.id, service, containerId: id },
    { needs: [stop ?? locks.acquire(`to replace or remove ${service}`), ...needs] },
  );
  device.removals.set(id, removal);
  addTo(plan.makingWay, service, removal);
  if (!device.departures.has(id)) device.departures.set(id, removal);
  return removal;
}

export interface Renaming {
  readonly name: string;
  readonly cause: string;
  readonly needs?: readonly (PlanNode | null | undefined)[];
}

/**
 * Gives a container another name. Engines refuse that while they wait to restart the container, so the plan waits as well:
 * the engine reports when it runs. A container in a crash loop may never be seen running. Nothing of it runs between two
 * runs, so it is stopped there, renamed and started again.
 *
 * @returns `null`: it cannot be renamed now
 */
export function renameContainer(
  container: ObservedContainer,
  plan: AppPlan,
  { name, cause, needs = [] }: Renaming,
): PlanNode | null {
  const { device, draft, locks, id: appId } = plan;
  const { identity, id, status } = container;
  const service = identity?.serviceName ?? '';
  let stop = device.stops.get(id);
  if (stop === undefined && status === 'restarting') {
    if (!device.input.policy.crashLooping.has(id)) {
      const message = 'the engine is about to restart its container, which gets its new name when it runs';
      draft.block({ appId, service, reason: 'engine', message });
      return null;
    }
    stop = stopContainer(container, plan, { cause: CRASHES });
    plan.stoppedToBeRenamed.add(id);
  }
  const rename = draft.add(
    {
      kind: 'rename-container',
      id: `rename-container ${container.name}`,
      cause,
      appId,
      service,
      containerId: id,
      name,
    },
    { needs: [locks.acquire(`to rename ${service}`), stop, ...needs] },
  );
  plan.renames.set(id, rename);
  addTo(plan.makingWay, service, rename);
  return rename;
}

/** @returns `null`: the container has that policy */
export function changeRestartPolicy(
  container: ObservedContainer,
  plan: AppPlan,
  { restart, cause }: { readonly restart: RestartPolicy; readonly cause: string },
): PlanNode | null {
  const { identity, id, config } = container;
  const { draft, locks, id: appId } = plan;
  const service = identity?.serviceName ?? '';
  if (config.restart.name === restart.name && config.restart.maximumRetryCount === restart.maximumRetryCount)
    return null;
  const update = draft.add(
    {
      kind: 'update-container',
      id: updateContainerId(container),
      cause,
      appId,
      service,
      containerId: id,
      config: { resources: config.resources, restart },
    },
    { needs: [locks.acquire(`to hand over ${service}`)] },
  );
  plan.updates.set(id, update);
  addTo(plan.makingWay, service, update);
  return update;
}

export function isStopped({ status }: ObservedContainer): boolean {
  return status === 'created' || status === 'exited' || status === 'dead';
}

const CRASHES = 'it crashes again and again, and cannot be renamed meanwhile';

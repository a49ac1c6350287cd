import type { ObservedContainer } from '../observed.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { LockPlan } from './plan-locks.ts';
import { removeContainerId, stopContainerId } from './plan-networks.ts';

export interface RemovalContext {
  readonly cause: string;
  readonly locks: LockPlan;
  readonly draft: PlanDraft;
  /** Ids of stops that come first, if they are planned. */
  readonly stopAfter?: readonly string[];
}

/** Stops a container if it runs, and removes it. */
export function planContainerRemoval(container: ObservedContainer, context: RemovalContext): void {
  const { identity, id } = container;
  if (identity === null) return;
  const stop = isStopped(container) ? null : planStop(container, context);
  const acquired = context.locks.acquire(`to replace or remove ${identity.serviceName}`);
  context.draft.add({
    kind: 'remove-container',
    id: removeContainerId(container),
    dependsOn: stop === null ? [acquired] : [stop],
    cause: context.cause,
    appId: identity.appId,
    service: identity.serviceName,
    containerId: id,
  });
}

/** @returns id of the operation; `null`: it is no service's container */
export function planStop(
  container: ObservedContainer,
  { cause, locks, draft, stopAfter = [] }: RemovalContext,
): string | null {
  const { identity, id, config } = container;
  if (identity === null) return null;
  return draft.add(
    {
      kind: 'stop-container',
      id: stopContainerId(container),
      dependsOn: [locks.acquire(`to stop ${identity.serviceName}`)],
      cause,
      appId: identity.appId,
      service: identity.serviceName,
      containerId: id,
      timeout: config.stopTimeout,
    },
    stopAfter,
  );
}

export function isStopped({ status }: ObservedContainer): boolean {
  return status === 'created' || status === 'exited' || status === 'dead';
}

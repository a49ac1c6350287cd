import type { ObservedContainer } from '../observed.ts';
import { REQUESTED, type ServiceDecision } from './decide-service.ts';
import { isStopped, planStop } from './plan-container.ts';
import { planServices } from './plan-services.ts';
import type { ServicesContext } from './services-context.ts';
import { forcesLocks, serviceKey, type PlanContext } from './plan-input.ts';

/**
 * Services that a client wants stopped, started or restarted now, though their update is not ready: its images are still
 * to be downloaded, an update lock is held, or it cannot be applied. They do not wait for that.
 */
export function urgentRequests(
  appId: number,
  decisions: readonly ServiceDecision[],
  input: PlanContext,
): ServiceDecision[] {
  const { requests } = input.policy;
  if (requests.purge.size > 0) return [];
  const isReady = decisions.every(
    ({ spec, action }) => action.kind !== 'hold' && input.findImage(spec.service.image) !== undefined,
  );
  const isLocked = !forcesLocks(input.policy, appId) && input.heldLocks.some((holder) => holder.appId === appId);
  if (isReady && !isLocked) return [];
  return decisions.filter(({ current }) => current !== null && isAskedFor(current, input));
}

/** Does what clients asked for, and nothing else. */
export function planRequests(decisions: readonly ServiceDecision[], context: ServicesContext): void {
  // What is as wanted otherwise is recreated; what the target has another of is stopped and started as it is.
  planServices(decisions.filter(isAsWanted), context);
  for (const decision of decisions) {
    if (decision.current !== null && !isAsWanted(decision)) planAsItIs(decision.current, decision.running, context);
  }
}

/** Does to containers, as they are, what clients asked for. */
export function planRequestsAsTheyAre(
  containers: readonly ObservedContainer[],
  context: Pick<ServicesContext, 'input' | 'draft' | 'locks'>,
): void {
  for (const container of containers) {
    const { identity } = container;
    if (identity === null) continue;
    const key = serviceKey(identity.appId, identity.serviceName);
    const running = context.input.policy.requests.running.get(key) ?? true;
    if (isAskedFor(container, context.input)) planAsItIs(container, running, context);
  }
}

/** By a client; what the target itself wants stopped has its turn with the rest of the update. */
function isAskedFor(container: ObservedContainer, { policy: { requests } }: PlanContext): boolean {
  const { identity, id } = container;
  if (requests.containers.has(id)) return true;
  if (identity === null || isStopped(container)) return false;
  return requests.running.get(serviceKey(identity.appId, identity.serviceName)) === false;
}

function isAsWanted({ action }: ServiceDecision): boolean {
  return action.kind === 'keep' || (action.kind === 'replace' && action.order === 'requested');
}

function planAsItIs(
  container: ObservedContainer,
  running: boolean,
  { draft, locks, input }: Pick<ServicesContext, 'input' | 'draft' | 'locks'>,
): void {
  const { identity } = container;
  if (identity === null) return;
  const restarts = running && input.policy.requests.containers.get(container.id) === 'replace';
  const stops = !isStopped(container) && (restarts || !running);
  const stop = stops ? planStop(container, { cause: REQUESTED, locks, draft }) : null;
  if (!running) return;
  draft.add({
    kind: 'start-container',
    id: `start-container ${container.name}`,
    dependsOn: stop === null ? [] : [stop],
    cause: REQUESTED,
    appId: identity.appId,
    service: identity.serviceName,
    container: container.id,
  });
}

import type { ObservedContainer } from '../observed.ts';
import type { AppPlan } from './app-plan.ts';
import { isStopped, stopContainer } from './containers.ts';
import { REQUESTED, type ServiceDecision } from './decide.ts';
import type { DevicePlan } from './device-plan.ts';
import { forcesLocks, serviceKey, type PlanInput } from './plan-input.ts';

/** A container to stop, start or restart as it is. */
export interface AskedContainer {
  readonly container: ObservedContainer;
  readonly running: boolean;
}

/**
 * Services that a client wants stopped, started or restarted although their update is not ready: its images are not
 * downloaded, an update lock is held, or it cannot be applied. The requests do not wait for the update.
 */
export function urgentRequests(
  appId: number,
  services: readonly ServiceDecision[],
  { input, imageOf }: DevicePlan,
): ServiceDecision[] {
  if (input.policy.requests.purge.size > 0) return [];
  const isReady = services.every(({ spec, action }) => action.kind !== 'hold' && imageOf(spec.service) !== undefined);
  const isLocked = !forcesLocks(input.policy, appId) && input.heldLocks.some((holder) => holder.appId === appId);
  if (isReady && !isLocked) return [];
  return services.filter((decision) => isUrgent(decision, input));
}

/** A stopped container that is not to run waits for its successor: as it is, nothing can be done with it. */
function isUrgent(decision: ServiceDecision, input: PlanInput): boolean {
  const { current, running } = decision;
  if (current === null || !isAskedFor(current, input)) return false;
  return running || !isStopped(current) || isAsWanted(decision);
}

/** Requests of clients for an app whose update is cancelled, and the services that the cancel left without a container. */
export function requestedServices(
  appId: number,
  services: readonly ServiceDecision[],
  { input }: DevicePlan,
): ServiceDecision[] {
  const { unfinished } = input.policy.requests;
  return services.filter(({ spec, current, action, ...rest }) =>
    current === null
      ? action.kind === 'create' && unfinished.has(serviceKey(appId, spec.service.name))
      : isUrgent({ spec, current, action, ...rest }, input),
  );
}

/** The containers of an app that a client asked for, where the app itself stays as it is. */
export function askedFor(
  containers: readonly ObservedContainer[],
  input: PlanInput,
): Pick<AppPlan, 'requestsOnly' | 'asTheyAre'> {
  const asTheyAre = containers.flatMap((container) => {
    const { identity } = container;
    if (identity === null || !isAskedFor(container, input)) return [];
    const key = serviceKey(identity.appId, identity.serviceName);
    return [{ container, running: input.policy.requests.running.get(key) ?? true }];
  });
  return { requestsOnly: true, asTheyAre };
}

/** Whether the container is right, apart from a request to replace it. */
export function isAsWanted({ action }: Pick<ServiceDecision, 'action'>): boolean {
  return action.kind === 'keep' || (action.kind === 'replace' && action.order === 'requested');
}

/** Stops containers that a client wants stopped or restarted as they are. */
export function planRequestedStops(plan: AppPlan): void {
  const { requests } = plan.device.input.policy;
  for (const { container, running } of plan.asTheyAre) {
    const restarts = requests.containers.get(container.id) === 'replace';
    if (!isStopped(container) && (restarts || !running)) stopContainer(container, plan, { cause: REQUESTED });
  }
}

/** Starts containers that a client wants started or restarted as they are. */
export function planRequestedStarts({ asTheyAre, device, draft, id }: AppPlan): void {
  for (const { container, running } of asTheyAre) {
    if (!running) continue;
    draft.add(
      {
        kind: 'start-container',
        id: `start-container ${container.name}`,
        cause: REQUESTED,
        appId: id,
        service: container.identity?.serviceName ?? null,
        container: container.id,
      },
      { needs: [device.stops.get(container.id)] },
    );
  }
}

/** By a client. A service that only the target wants stopped is stopped together with its update. */
function isAskedFor(container: ObservedContainer, { policy: { requests } }: PlanInput): boolean {
  const { identity, id } = container;
  if (requests.containers.has(id)) return true;
  if (identity === null || isStopped(container)) return false;
  return requests.running.get(serviceKey(identity.appId, identity.serviceName)) === false;
}

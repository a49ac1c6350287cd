import type { RestartPolicy } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import type { AppPlan } from './app-plan.ts';
import { changeRestartPolicy, isStopped, removeContainer, renameContainer } from './containers.ts';
import type { ServiceDecision, WantedApp } from './decide.ts';
import { addressesOf, hostPortsOf } from './device-plan.ts';
import type { PlanNode } from './graph.ts';
import { serviceKey } from './plan-input.ts';

/**
 * How far a container is that takes over from another one.
 * - `waiting`: the new container has not reported yet that it took over; it has time until `until` (milliseconds since the
 *   epoch; `null`: it does not run yet)
 * - `complete`: the old container can go
 * - `failed`: the new container does not work; the old one stays
 * - `replacing`: there is no hand-over: the old container is stopped, and removed when the new one has started
 * - `held`: both stay as they are, since the service is blocked
 */
export type HandOver =
  | { readonly kind: 'waiting'; readonly predecessor: ObservedContainer; readonly until: number | null }
  | { readonly kind: 'complete'; readonly predecessor: ObservedContainer; readonly cause: string }
  | { readonly kind: 'failed'; readonly predecessor: ObservedContainer; readonly cause: string }
  | { readonly kind: 'replacing' | 'held'; readonly predecessor: ObservedContainer };

const PREDECESSOR = 'old_';
/** What the engine calls a container while another one takes its place. */
export function predecessorName(name: string): string {
  return isPredecessorName(name) ? name : `${PREDECESSOR}${name}`;
}

const REPORTED_EARLIER = 'what an earlier container said does not count';
const NEVER: RestartPolicy = { name: 'no', maximumRetryCount: 0 };

/** Name that a container had before another one was to take over from it. */
export function nameBeforeHandOver(name: string): string {
  return isPredecessorName(name) ? name.slice(PREDECESSOR.length) : name;
}

/** Whether a container with this name is to be taken over from. */
export function isPredecessorName(name: string): boolean {
  return name.startsWith(PREDECESSOR);
}

/** The containers of a service, of which one may hand over to the other. */
export interface ServiceContainers {
  /** The one that stands for the service. */
  readonly current: ObservedContainer | null;
  /** The one that `current` takes over from. */
  readonly predecessor: ObservedContainer | null;
}

/**
 * Of several containers of a service, the one with the wanted name stands for it, else the newest. One that never started
 * has not taken over yet from the one that ran before.
 */
export function serviceContainers(
  containers: readonly ObservedContainer[],
  { containerName }: ServiceSpec,
): ServiceContainers {
  // A container that is being removed stands in the way of its name alone.
  const own = containers.filter(({ name, status }) => status !== 'removing' || name === containerName);
  const isPredecessor = ({ name }: ObservedContainer): boolean => isPredecessorName(name) && name !== containerName;
  const named = newest(own.filter(isPredecessor));
  const others = own.filter((container) => !isPredecessor(container));
  const current = others.find(({ name }) => name === containerName) ?? newest(others);
  if (current === null) return { current: named, predecessor: null };
  const ran = current.startedAt === null ? others.filter(({ startedAt }) => startedAt !== null) : [];
  return { current, predecessor: named ?? newest(ran) };
}

/** How far it is, where `successor` takes over from `predecessor`. */
export function decideHandOver(
  { successor, predecessor }: { readonly successor: ObservedContainer; readonly predecessor: ObservedContainer },
  { spec, running, target, device }: Pick<WantedApp, 'target' | 'device'> & Pick<ServiceDecision, 'spec' | 'running'>,
): HandOver {
  const { policy, handOverMarkers, now } = device.input;
  if (!running) return { kind: 'complete', predecessor, cause: 'the service is not to run' };
  if (!standsAside(predecessor, spec) || conflictOf(predecessor, spec) !== null) {
    return successor.startedAt === null
      ? { kind: 'replacing', predecessor }
      : { kind: 'complete', predecessor, cause: 'the service has another container' };
  }
  const failure = failureOf(successor, policy.crashLooping);
  if (failure !== null) return { kind: 'failed', predecessor, cause: failure };
  if (successor.startedAt === null) return { kind: 'waiting', predecessor, until: null };
  if (handOverMarkers.has(serviceKey(target.id, spec.service.name))) {
    return { kind: 'complete', predecessor, cause: 'the new container took over' };
  }
  const runningFor = policy.runningFor.get(successor.id) ?? now - successor.startedAt;
  const until = now + spec.updatePolicy.handOverTimeout - runningFor;
  if (now < until) return { kind: 'waiting', predecessor, until };
  return successor.status === 'running'
    ? { kind: 'complete', predecessor, cause: 'the new container had its time to take over' }
    : { kind: 'failed', predecessor, cause: `the new container is ${successor.status}` };
}

/** Whether a container was prepared to be taken over from. One that is only replaced keeps its restart policy. */
function standsAside({ name, config }: ObservedContainer, spec: ServiceSpec): boolean {
  if (!isPredecessorName(name) || config.restart.name !== NEVER.name) return false;
  return spec.updatePolicy.strategy === 'hand-over' || spec.config.restart.name !== NEVER.name;
}

/** Why the new container does not work; `null`: no failure so far. */
function failureOf(
  { id, status, health, error, exitCode, startedAt }: ObservedContainer,
  crashLooping: ReadonlySet<string>,
): string | null {
  if (crashLooping.has(id)) return 'the new container ends again and again';
  if (health === 'unhealthy') return 'the new container is unhealthy';
  if (status === 'exited') return `the new container ended with exit code ${exitCode}`;
  if (status === 'created' && startedAt === null && error !== '') return 'the new container could not be started';
  return null;
}

/**
 * Why the new container cannot run beside the old one, which is then stopped first; `null`: it can. `notice`: the owner
 * would not expect it.
 */
export function handOverObstacle(
  current: ObservedContainer,
  { spec, running }: Pick<ServiceDecision, 'spec' | 'running'>,
): { readonly reason: string; readonly notice: boolean } | null {
  if (!running || current.status !== 'running') return { reason: 'there is nothing to hand over', notice: false };
  const reason = conflictOf(current, spec);
  return reason === null ? null : { reason, notice: true };
}

/** What two containers of a service cannot both have; `null`: nothing. */
function conflictOf(current: ObservedContainer, { service, config }: ServiceSpec): string | null {
  const ports = new Set(hostPortsOf(current.config));
  const port = hostPortsOf(config).find((one) => ports.has(one));
  if (port !== undefined) return `both containers would publish port ${port.split('/', 1)[0]}`;
  const addresses = new Set(addressesOf(current.config));
  const address = addressesOf(config).find((one) => addresses.has(one));
  return address === undefined
    ? null
    : `both containers of ${service.name} would have one address in ${address.split(' ', 1)[0]}`;
}

/** Prepares a container to be taken over from: it runs on under another name, and is not restarted any more. */
export function planStandAside(current: ObservedContainer, cause: string, plan: AppPlan): void {
  const service = current.identity?.serviceName ?? '';
  const update = changeRestartPolicy(current, plan, { restart: NEVER, cause });
  const rename = renameContainer(current, plan, { name: predecessorName(current.name), cause });
  const locked = plan.locks.acquire(`to hand over ${service}`);
  clearHandOver(service, plan, { cause: REPORTED_EARLIER, needs: [locked, update, rename] });
}

/** Continues a hand-over that was begun. */
export function continueHandOver({ spec, current, handOver }: ServiceDecision, plan: AppPlan): void {
  if (handOver === null || current === null) return;
  const { id: appId, draft } = plan;
  const { name: service } = spec.service;
  switch (handOver.kind) {
    case 'waiting': {
      const message = `the old container runs until the new one takes over, or for ${spec.updatePolicy.handOverTimeout} ms`;
      draft.block({ appId, service, reason: 'hand-over', message });
      if (handOver.until !== null) draft.planAgainAt(handOver.until);
      return;
    }
    case 'complete': {
      const { cause, predecessor } = handOver;
      const removal = removeContainer(predecessor, plan, { cause });
      if (standsAside(predecessor, spec)) clearHandOver(service, plan, { cause, needs: [removal] });
      return;
    }
    case 'replacing':
    case 'held':
      return;
    case 'failed': {
      const { cause, predecessor } = handOver;
      const removal = removeContainer(current, plan, { cause });
      planRestoration(predecessor, plan, { restart: spec.config.restart, cause, needs: [removal] });
    }
  }
}

export interface Restoration {
  readonly restart: RestartPolicy;
  readonly cause: string;
  /** Must succeed before the container stands for the service again. */
  readonly needs: readonly (PlanNode | undefined)[];
}

/** Gives a container its name and restart policy back, and starts it if it stopped. */
export function planRestoration(
  predecessor: ObservedContainer,
  plan: AppPlan,
  { restart, cause, needs }: Restoration,
): void {
  const name = nameBeforeHandOver(predecessor.name);
  const update = changeRestartPolicy(predecessor, plan, { restart, cause });
  const rename = renameContainer(predecessor, plan, { name, cause, needs });
  const isStoppedToBeRenamed = plan.stoppedToBeRenamed.has(predecessor.id);
  if (!isStopped(predecessor) && !isStoppedToBeRenamed) return;
  const service = predecessor.identity?.serviceName ?? '';
  const start = plan.draft.add(
    {
      kind: 'start-container',
      id: `start-container ${name}`,
      cause: isStoppedToBeRenamed ? 'was stopped to be renamed' : cause,
      appId: plan.id,
      service,
      container: predecessor.id,
    },
    { needs: [...needs, update, rename] },
  );
  plan.starts.set(service, start);
}

function clearHandOver(
  service: string,
  plan: AppPlan,
  { cause, needs }: { readonly cause: string; readonly needs: readonly (PlanNode | null)[] },
): void {
  const clear = plan.draft.add(
    { kind: 'clear-hand-over', id: `clear-hand-over ${plan.id}/${service}`, cause, appId: plan.id, service },
    { needs },
  );
  plan.clearedHandOvers.set(service, clear);
}

function newest(containers: readonly ObservedContainer[]): ObservedContainer | null {
  return containers.reduce<ObservedContainer | null>(
    (latest, one) => (latest === null || one.createdAt > latest.createdAt ? one : latest),
    null,
  );
}

import { parseContainerName } from '@device-supervisor/state';
import type { RestartPolicy } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import { serviceKey } from '../plan-input.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { addressesOf, hostPortsOf, type IndexedInput } from './indexed-input.ts';

/**
 * The progress of a container that takes over from another one.
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

/** The restart policy of a container that hands over: the engine starts it once, and never again. */
export const NEVER: RestartPolicy = { name: 'no', maximumRetryCount: 0 };

const PREDECESSOR = 'old_';

/** The engine name of a container while another one takes its place. */
export function predecessorName(name: string): string {
  return isPredecessorName(name) ? name : `${PREDECESSOR}${name}`;
}

/** The name of a container before another one was to take its place. */
export function nameBeforeHandOver(name: string): string {
  return isPredecessorName(name) ? name.slice(PREDECESSOR.length) : name;
}

/** Whether another container takes the place of the one with this name. */
export function isPredecessorName(name: string): boolean {
  return name.startsWith(PREDECESSOR);
}

/** Whether a supervisor gives this name to a container of the service. */
export function isNameOfService(name: string, service: string): boolean {
  return parseContainerName(nameBeforeHandOver(name), service) !== null;
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
  // A container that is being removed only blocks its name.
  const own = containers.filter(({ name, status }) => status !== 'removing' || name === containerName);
  const isPredecessor = ({ name }: ObservedContainer): boolean => isPredecessorName(name) && name !== containerName;
  const named = newest(own.filter(isPredecessor));
  const others = own.filter((container) => !isPredecessor(container));
  const current = others.find(({ name }) => name === containerName) ?? newest(others);
  if (current === null) return { current: named, predecessor: null };
  const ran = current.startedAt === null ? others.filter(({ startedAt }) => startedAt !== null) : [];
  return { current, predecessor: named ?? newest(ran) };
}

export interface HandOverSubject {
  readonly input: IndexedInput;
  readonly appId: number;
  readonly spec: ServiceSpec;
  /** Whether the service shall run. */
  readonly running: boolean;
}

/** Decides what comes next where `successor` takes over from `predecessor`. */
export function decideHandOver(
  { successor, predecessor }: { readonly successor: ObservedContainer; readonly predecessor: ObservedContainer },
  { spec, running, appId, input }: HandOverSubject,
): HandOver {
  const { policy, handOverMarkers, now } = input;
  if (!running) return { kind: 'complete', predecessor, cause: 'the service is not to run' };
  if (!isPrepared(predecessor, spec) || conflictOf(predecessor, spec) !== null) {
    return successor.startedAt === null
      ? { kind: 'replacing', predecessor }
      : { kind: 'complete', predecessor, cause: 'the service has another container' };
  }
  const failure = failureOf(successor, policy.crashLooping);
  if (failure !== null) return { kind: 'failed', predecessor, cause: failure };
  if (successor.startedAt === null) return { kind: 'waiting', predecessor, until: null };
  if (handOverMarkers.has(serviceKey(appId, spec.service.name))) {
    return { kind: 'complete', predecessor, cause: 'the new container took over' };
  }
  const runningFor = policy.runningFor.get(successor.id) ?? now - successor.startedAt;
  const until = now + spec.updatePolicy.handOverTimeout - runningFor;
  if (now < until) return { kind: 'waiting', predecessor, until };
  return successor.status === 'running'
    ? { kind: 'complete', predecessor, cause: 'the new container had its time to take over' }
    : { kind: 'failed', predecessor, cause: `the new container is ${successor.status}` };
}

/** Whether a container was prepared for a hand-over. One that is only replaced keeps its restart policy. */
export function isPrepared({ name, config }: ObservedContainer, spec: ServiceSpec): boolean {
  if (!isPredecessorName(name) || config.restart.name !== NEVER.name) return false;
  return spec.updatePolicy.strategy === 'hand-over' || spec.config.restart.name !== NEVER.name;
}

/**
 * Why the new container cannot run beside the old one, which is then stopped first; `null`: it can. `notice`: the owner
 * would not expect it.
 */
export function handOverObstacle(
  current: ObservedContainer,
  { spec, running }: Pick<HandOverSubject, 'spec' | 'running'>,
): { readonly reason: string; readonly notice: boolean } | null {
  if (!running || current.status !== 'running') return { reason: 'there is nothing to hand over', notice: false };
  const reason = conflictOf(current, spec);
  return reason === null ? null : { reason, notice: true };
}

/** A port or address that two containers of a service cannot share; `null`: none. */
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

function newest(containers: readonly ObservedContainer[]): ObservedContainer | null {
  return containers.reduce<ObservedContainer | null>(
    (latest, one) => (latest === null || one.createdAt > latest.createdAt ? one : latest),
    null,
  );
}

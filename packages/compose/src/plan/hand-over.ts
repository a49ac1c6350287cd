import type { ContainerConfig } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { serviceKey, type PlanContext } from './plan-input.ts';

/** The containers of a service, of which one may be handing over to the other. */
export interface ServiceContainers {
  /** The one that stands for the service. */
  readonly current: ObservedContainer | null;
  /** The one that `current` is to take over from. */
  readonly predecessor: ObservedContainer | null;
}

/**
 * How far a hand-over is.
 * - `waiting`: the new container has not said yet that it took over; it may take until `until` (milliseconds since the
 *   epoch; `null`: it does not run yet)
 * - `complete`: the old container can go
 * - `failed`: the new container does not work; the old one stays
 */
export type HandOver =
  | { readonly kind: 'waiting'; readonly predecessor: ObservedContainer; readonly until: number | null }
  | { readonly kind: 'complete'; readonly predecessor: ObservedContainer; readonly cause: string }
  | { readonly kind: 'failed'; readonly predecessor: ObservedContainer; readonly cause: string };

const PREDECESSOR = 'old_';

/** Name of a container while another takes over from it. */
export function predecessorName(name: string): string {
  return `${PREDECESSOR}${name}`;
}

/** Name that a container had before another was to take over from it. */
export function nameBeforeHandOver(name: string): string {
  return isPredecessorName(name) ? name.slice(PREDECESSOR.length) : name;
}

export function isPredecessorName(name: string): boolean {
  return name.startsWith(PREDECESSOR);
}

/** Tells apart the containers of one service: of several the one with the wanted name counts, else the newest. */
export function serviceContainers(
  containers: readonly ObservedContainer[],
  { service, containerName }: ServiceSpec,
): ServiceContainers {
  const own = containers.filter(({ identity }) => identity?.serviceName === service.name);
  const predecessors = own.filter(({ name }) => isPredecessorName(name) && name !== containerName);
  const others = own.filter((container) => !predecessors.includes(container));
  const current = others.find(({ name }) => name === containerName) ?? newest(others);
  return current === null
    ? { current: newest(predecessors), predecessor: null }
    : { current, predecessor: newest(predecessors) };
}

/** How far it is, where `successor` is to take over from `predecessor`. */
export function assessHandOver(
  spec: ServiceSpec,
  { successor, predecessor }: { successor: ObservedContainer; predecessor: ObservedContainer },
  { appId, running, input }: { appId: number; running: boolean; input: PlanContext },
): HandOver {
  if (!running) return { kind: 'complete', predecessor, cause: 'the service is not to run' };
  const failure = failureOf(successor, input.policy.crashLooping);
  if (failure !== null) return { kind: 'failed', predecessor, cause: failure };
  if (successor.startedAt === null) return { kind: 'waiting', predecessor, until: null };
  if (input.handOverMarkers.has(serviceKey(appId, spec.service.name))) {
    return { kind: 'complete', predecessor, cause: 'the new container took over' };
  }
  const until = successor.startedAt + spec.updatePolicy.handOverTimeout;
  if (input.now < until) return { kind: 'waiting', predecessor, until };
  return successor.status === 'running'
    ? { kind: 'complete', predecessor, cause: 'the new container had its time to take over' }
    : { kind: 'failed', predecessor, cause: `the new container is ${successor.status}` };
}

/** Why the new container does not work; `null`: nothing speaks against it so far. */
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

export interface HandOverSubject {
  readonly spec: ServiceSpec;
  readonly current: ObservedContainer;
  readonly config: ContainerConfig;
  readonly running: boolean;
}

/**
 * Why the new container cannot run beside the old one, which is stopped first then; `null`: it can. `notice`: its owner
 * would not expect it.
 */
export function handOverObstacle({
  spec,
  current,
  config,
  running,
}: HandOverSubject): { readonly reason: string; readonly notice: boolean } | null {
  if (!running || current.status !== 'running') return { reason: 'there is nothing to hand over', notice: false };
  const ports = new Set(current.config.portBindings.map(hostPortOf));
  const port = config.portBindings.find((binding) => binding.hostPort !== '' && ports.has(hostPortOf(binding)));
  if (port !== undefined) return { reason: `both containers would publish port ${port.hostPort}`, notice: true };
  const address = Object.entries(config.networks).find(
    ([network, { ipv4Address, ipv6Address }]) =>
      (ipv4Address !== '' && current.config.networks[network]?.ipv4Address === ipv4Address) ||
      (ipv6Address !== '' && current.config.networks[network]?.ipv6Address === ipv6Address),
  );
  if (address !== undefined) {
    return { reason: `both containers of ${spec.service.name} would have one address in ${address[0]}`, notice: true };
  }
  return null;
}

function hostPortOf({ hostPort, containerPort }: ContainerConfig['portBindings'][number]): string {
  return `${hostPort}/${containerPort.split('/')[1] ?? 'tcp'}`;
}

function newest(containers: readonly ObservedContainer[]): ObservedContainer | null {
  return containers.reduce<ObservedContainer | null>(
    (latest, one) => (latest === null || one.createdAt > latest.createdAt ? one : latest),
    null,
  );
}

import type { ContainerConfig, UpdatableConfig } from '../container-config.ts';
import type { ObservedContainer, ObservedImage } from '../observed.ts';
import { withImageDefaults } from '../spec/image-defaults.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { compareContainers } from './compare.ts';
import {
  assessHandOver,
  handOverObstacle,
  type HandOver,
  type HandOverSubject,
  type ServiceContainers,
} from './hand-over.ts';
import type { NetworkAssessment } from './plan-networks.ts';
import type { VolumeAssessment } from './plan-volumes.ts';
import type { PlanContext } from './plan-input.ts';
import type { Blocked } from './plan-output.ts';
import { updateContainerId, updateInPlace } from './update-in-place.ts';

/** What is to become of one service's container. */
export interface ServiceDecision {
  readonly spec: ServiceSpec;
  /** The container that the service has now. */
  readonly current: ObservedContainer | null;
  /** `null`: `current` takes over from no other. */
  readonly handOver: HandOver | null;
  readonly action: ServiceAction;
  /** Whether it is to run: a client's word goes before the target's. */
  readonly running: boolean;
  /** Completed with what only the engine knows; `null`: it cannot be created yet. */
  readonly config: ServiceSpec['config'] | null;
}

/**
 * - `hold`: nothing, for the reason given
 * - `keep`: the container is as wanted, but for its name, whether it runs, and what `update` changes on it
 * - `create`: there is none yet
 * - `replace`: another takes its place
 */
export type ServiceAction =
  | { readonly kind: 'hold'; readonly blocked: Pick<Blocked, 'reason' | 'message'> | null }
  | { readonly kind: 'keep'; readonly update: { readonly config: UpdatableConfig; readonly cause: string } | null }
  | { readonly kind: 'create'; readonly cause: string }
  | { readonly kind: 'replace'; readonly cause: string; readonly order: ReplaceOrder; readonly notice?: string };

/**
 * - `requested`: it is as wanted, and a client asked for another one
 * - `hand-over`: it runs on until the new one took over
 */
export type ReplaceOrder = 'download-first' | 'kill-first' | 'delete-first' | 'hand-over' | 'requested';

/** Why something is done that the target does not ask for. */
export const REQUESTED = 'a client asked for it';

export interface DecisionContext {
  readonly appId: number;
  readonly input: PlanContext;
  readonly running: boolean;
  readonly volumes: ReadonlyMap<string, VolumeAssessment>;
  readonly networks: ReadonlyMap<string, NetworkAssessment>;
  /** Decision of the service whose network this one shares. */
  readonly networkOwner: ServiceDecision | null;
}

/** Compares a service with its containers. */
export function decideService(
  spec: ServiceSpec,
  { current, predecessor }: ServiceContainers,
  context: DecisionContext,
): ServiceDecision {
  const decision = decideContainer(spec, current, context);
  if (current === null || predecessor === null) return decision;
  const handOver = assessHandOver(spec, { successor: current, predecessor }, context);
  if (handOver.kind === 'complete') return { ...decision, handOver };
  // What the target does not want any more never took over: the old container still stands for the service.
  if (decision.action.kind === 'replace') return decideContainer(spec, predecessor, context);
  return handOver.kind === 'failed'
    ? { ...decision, handOver, action: { kind: 'hold', blocked: { reason: 'hand-over', message: handOver.cause } } }
    : { ...decision, handOver };
}

function decideContainer(
  spec: ServiceSpec,
  current: ObservedContainer | null,
  context: DecisionContext,
): ServiceDecision {
  const { networkOwner, running } = context;
  const config = completeConfig(spec, networkOwner);
  const decide = (action: ServiceAction): ServiceDecision => ({
    spec,
    current,
    handOver: null,
    action,
    running,
    config,
  });
  if (spec.networkOf !== null && networkOwner?.action.kind === 'hold') {
    return decide({
      kind: 'hold',
      blocked: { reason: 'dependency', message: `network_mode: waits for ${spec.networkOf}` },
    });
  }
  if (current === null) return decide({ kind: 'create', cause: 'does not exist' });
  if (current.status === 'removing') {
    return decide({ kind: 'hold', blocked: { reason: 'engine', message: 'its container is being removed' } });
  }
  const stopFirst = reasonToStopFirst(spec, current, context);
  if (stopFirst !== null) return decide({ kind: 'replace', cause: stopFirst, order: stopFirstOrder(spec) });
  if (config === null) {
    return decide({
      kind: 'replace',
      cause: `the container of ${spec.networkOf} is replaced`,
      order: stopFirstOrder(spec),
    });
  }
  const replace = (cause: string): ServiceDecision =>
    decide({ kind: 'replace', cause, ...replaceOrder({ spec, current, config, running }) });
  const image = context.input.findImage(spec.service.image);
  if (image === undefined) {
    // Its tag is gone from the engine; whether the container is still the right one shows when it is back.
    return current.imageReference === spec.service.image
      ? decide({ kind: 'hold', blocked: null })
      : replace(`image ${current.imageReference} → ${spec.service.image}`);
  }
  const differences = compareWithImage({ ...spec, config }, current, image);
  if (differences.length > 0) {
    const cause = differences.join('; ');
    const update = findUpdate(config, current, { image, input: context.input });
    return update === null ? replace(cause) : decide({ kind: 'keep', update: { config: update, cause } });
  }
  return context.input.policy.requests.containers.get(current.id) === 'replace'
    ? decide({ kind: 'replace', cause: REQUESTED, order: 'requested' })
    : decide({ kind: 'keep', update: null });
}

/** In which order the service's label wants it, and as far as that is possible. */
function replaceOrder(subject: HandOverSubject): { readonly order: ReplaceOrder; readonly notice?: string } {
  if (subject.spec.updatePolicy.strategy !== 'hand-over') return { order: stopFirstOrder(subject.spec) };
  const obstacle = handOverObstacle(subject);
  if (obstacle === null) return { order: 'hand-over' };
  const notice = `io.balena.update.strategy hand-over: ${obstacle.reason}, so the old one is stopped first`;
  return { order: 'download-first', ...(obstacle.notice ? { notice } : {}) };
}

function stopFirstOrder({ updatePolicy }: ServiceSpec): ReplaceOrder {
  switch (updatePolicy.strategy) {
    case 'kill-then-download':
      return 'kill-first';
    case 'delete-then-download':
      return 'delete-first';
    case 'download-then-kill':
    case 'hand-over':
      return 'download-first';
  }
}

/** Why the container has to go before another can come, whatever it is like; `null`: it need not. */
function reasonToStopFirst(
  spec: ServiceSpec,
  current: ObservedContainer,
  { networks, volumes }: DecisionContext,
): string | null {
  if (current.status === 'dead') return 'the container is dead';
  // Also what it alone has: others may wait for the new one, which comes when nothing holds on to the old one.
  const attached = [spec.config, current.config].flatMap((config) => Object.keys(config.networks));
  const network = attached.find((name) => networks.get(name)?.status === 'changed');
  if (network !== undefined) return `network ${network} is replaced`;
  const ids = new Set(current.networkIds);
  const duplicate = attached.find((name) => networks.get(name)?.surplus.some(({ id }) => ids.has(id)));
  if (duplicate !== undefined) return `network ${duplicate} is there twice`;
  const mounted = [...spec.volumes, ...current.config.mounts.map(({ source }) => source)];
  const volume = mounted.find((name) => volumes.get(name)?.status === 'replaced');
  return volume === undefined ? null : `volume ${volume} is replaced`;
}

/** Containers that share a network name the one that owns it by its id. */
function completeConfig(spec: ServiceSpec, owner: ServiceDecision | null): ServiceSpec['config'] | null {
  if (spec.networkOf === null) return spec.config;
  if (owner?.current == null || owner.action.kind !== 'keep') return null;
  return { ...spec.config, networkMode: `container:${owner.current.id}` };
}

function compareWithImage(spec: ServiceSpec, current: ObservedContainer, image: ObservedImage): string[] {
  if (image.id !== current.imageId) {
    const same = current.imageReference === spec.service.image;
    return [
      same ? `image ${spec.service.image} has new content` : `image ${current.imageReference} → ${spec.service.image}`,
    ];
  }
  return image.config === undefined
    ? []
    : compareContainers(current.config, withImageDefaults(spec.config, image.config));
}

/** What to change on the container as it is; `null`: another has to take its place. */
function findUpdate(
  config: ContainerConfig,
  current: ObservedContainer,
  { image, input }: { readonly image: ObservedImage; readonly input: PlanContext },
): UpdatableConfig | null {
  if (image.id !== current.imageId || image.config === undefined) return null;
  // The engine could not, or it did and nothing came of it: a container that is created with the limit ends that.
  if (input.policy.paused.has(updateContainerId(current))) return null;
  return updateInPlace(current.config, withImageDefaults(config, image.config));
}

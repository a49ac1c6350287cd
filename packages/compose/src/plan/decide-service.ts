import type { ContainerConfig, UpdatableConfig } from '../container-config.ts';
import type { ObservedContainer, ObservedImage } from '../observed.ts';
import { withImageDefaults } from '../spec/image-defaults.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { compareContainers } from './compare.ts';
import type { NetworkAssessment } from './plan-networks.ts';
import type { PlanContext } from './plan-input.ts';
import type { Blocked } from './plan-output.ts';
import { updateContainerId, updateInPlace } from './update-in-place.ts';

/** What is to become of one service's container. */
export interface ServiceDecision {
  readonly spec: ServiceSpec;
  /** The container that the service has now. */
  readonly current: ObservedContainer | null;
  readonly action: ServiceAction;
  /** Completed with what only the engine knows; `null`: it cannot be created yet. */
  readonly config: ServiceSpec['config'] | null;
}

/**
 * - `hold`: nothing, for the reason given
 * - `keep`: the container is as wanted, but for its name, whether it runs, and what `update` changes on it
 * - `create`: there is none yet
 * - `replace`: remove it and create another
 */
export type ServiceAction =
  | { readonly kind: 'hold'; readonly blocked: Pick<Blocked, 'reason' | 'message'> | null }
  | { readonly kind: 'keep'; readonly update: { readonly config: UpdatableConfig; readonly cause: string } | null }
  | { readonly kind: 'create'; readonly cause: string }
  | { readonly kind: 'replace'; readonly cause: string };

export interface DecisionContext {
  readonly input: PlanContext;
  readonly networks: ReadonlyMap<string, NetworkAssessment>;
  /** Decision of the service whose network this one shares. */
  readonly networkOwner: ServiceDecision | null;
}

/** Compares a service with its container. */
export function decideService(
  spec: ServiceSpec,
  current: ObservedContainer | null,
  context: DecisionContext,
): ServiceDecision {
  const { input, networks, networkOwner } = context;
  const config = completeConfig(spec, networkOwner);
  const decide = (action: ServiceAction): ServiceDecision => ({ spec, current, action, config });
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
  if (current.status === 'dead') return decide({ kind: 'replace', cause: 'the container is dead' });
  const recreated = Object.keys(spec.config.networks).find((name) => networks.get(name)?.status === 'changed');
  if (recreated !== undefined) return decide({ kind: 'replace', cause: `network ${recreated} is replaced` });
  if (config === null) return decide({ kind: 'replace', cause: `the container of ${spec.networkOf} is replaced` });
  const image = input.findImage(spec.service.image);
  if (image === undefined) {
    // Its tag is gone from the engine; whether the container is still the right one shows when it is back.
    if (current.imageReference === spec.service.image) return decide({ kind: 'hold', blocked: null });
    return decide({ kind: 'replace', cause: `image ${current.imageReference} → ${spec.service.image}` });
  }
  const differences = compareWithImage({ ...spec, config }, current, image);
  if (differences.length === 0) return decide({ kind: 'keep', update: null });
  const cause = differences.join('; ');
  const update = findUpdate(config, current, { image, input });
  return decide(update === null ? { kind: 'replace', cause } : { kind: 'keep', update: { config: update, cause } });
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

import type { TargetState } from '@device-supervisor/state';
import type { ImageRecord, LockHolder } from '../execute/ports.ts';
import type { EngineSnapshot } from '../observed.ts';
import type { DeviceFacts } from '../spec/device-facts.ts';
import { wantsSupervisorApi } from '../spec/feature-labels.ts';
import { toMap } from '../spec/list-or-map.ts';
import { SUPERVISOR_NETWORK_SPEC } from '../spec/network-spec.ts';
import { imageFinder, type ImageFinder } from './find-image.ts';
import type { Operation } from './operation.ts';
import { planAbsentApps } from './plan-absent-apps.ts';
import { planApp } from './plan-app.ts';
import { PlanDraft } from './plan-draft.ts';
import { planImageRemoval } from './plan-images.ts';
import { assessNetwork, planNetwork } from './plan-networks.ts';

/** What to do so that the engine comes to hold what the target says. */
export interface Plan {
  /** In an order in which each comes after those it depends on; empty: nothing can be done now. */
  readonly operations: readonly Operation[];
  /** What has to wait, and for what. */
  readonly blocked: readonly Blocked[];
  /** What of the target is not applied, though its service runs. */
  readonly notices: readonly Notice[];
}

export interface Blocked {
  /** `null`: no app in particular. */
  readonly appId: number | null;
  /** `null`: the whole app. */
  readonly service: string | null;
  readonly reason: BlockReason;
  /** For a person to read; never holds a secret. */
  readonly message: string;
}

/**
 * - `invalid`: the target asks for what cannot be
 * - `name-taken`: something that is not ours has the name that we need
 * - `locked`: a service holds its update lock
 * - `dependency`: another service is not yet as it must be
 * - `engine`: the engine is busy with it
 * - `backoff`: it failed, and is tried again later
 */
export type BlockReason = 'invalid' | 'name-taken' | 'locked' | 'dependency' | 'engine' | 'backoff';

export interface Notice {
  readonly appId: number;
  /** `null`: a network or volume, which the field names. */
  readonly service: string | null;
  readonly field: string;
  readonly reason: string;
}

export interface PlanInput {
  readonly snapshot: EngineSnapshot;
  readonly images: readonly ImageRecord[];
  /** Services that hold their update lock now. */
  readonly heldLocks: readonly LockHolder[];
  readonly target: TargetState;
  readonly device: DeviceFacts;
  readonly policy: PlanPolicy;
}

export interface PlanPolicy {
  /** Keys for the supervisor's API by {@link serviceKey}; secrets. */
  readonly supervisorApiKeys: ReadonlyMap<string, string>;
  /** Take update locks also from services that hold them. */
  readonly forceLocks: boolean;
  /** Leave images on the engine that nothing needs any more. */
  readonly keepImages: boolean;
  /** Leave the volumes of apps that are not in the target. */
  readonly keepVolumes: boolean;
  /** Ids of containers that ran under our eyes: when one of them has exited, that is the engine's or a user's doing. */
  readonly seenRunning: ReadonlySet<string>;
  /** Why an operation, by its id, is not to be tried now. */
  readonly paused: ReadonlyMap<string, string>;
}

/** What a plan is made from, with what is looked up in it again and again. */
export interface PlanContext extends PlanInput {
  readonly findImage: ImageFinder;
}

/** Key of a service in {@link PlanPolicy.supervisorApiKeys}. */
export function serviceKey(appId: number, service: string): string {
  return `${appId}/${service}`;
}

/** Compares what is with what shall be. Pure: the same input gives the same plan. */
export function plan(planInput: PlanInput): Plan {
  const input: PlanContext = { ...planInput, findImage: imageFinder(planInput.snapshot.images) };
  const draft = new PlanDraft();
  planAbsentApps(input, draft);
  const supervisorNetwork = needsSupervisorNetwork(input)
    ? assessNetwork(SUPERVISOR_NETWORK_SPEC, input.snapshot)
    : null;
  if (supervisorNetwork !== null) planNetwork(supervisorNetwork, { appId: null, snapshot: input.snapshot, draft });
  for (const app of Object.values(input.target.apps)) planApp(app, { input, draft, supervisorNetwork });
  planImageRemoval(input, draft);
  return draft.finish(input.policy.paused);
}

function needsSupervisorNetwork({ target }: PlanInput): boolean {
  return Object.values(target.apps).some((app) =>
    Object.values(app.release?.services ?? {}).some(({ labels, composition }) =>
      wantsSupervisorApi({ ...toMap(composition.labels), ...labels }),
    ),
  );
}

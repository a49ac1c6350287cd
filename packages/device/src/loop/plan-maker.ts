import {
  ALL_APPS,
  onlyApps,
  plan,
  uniteApps,
  type AppSet,
  type EngineSnapshot,
  type HeldLock,
  type Plan,
} from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';
import type { ClientActions } from '../actions/client-actions.ts';
import type { LoopDependencies } from '../device-dependencies.ts';
import type { ContainerHistory } from '../history/container-history.ts';
import { LocalModeMemory } from '../history/local-mode-memory.ts';
import { rebootWhenSettled } from '../power/reboot-when-settled.ts';
import { forcedApps, type Session } from '../session/session.ts';
import type { Backoff } from './backoff.ts';
import type { FaultReporter } from './fault-reporter.ts';
import { servicesWithKeys } from './services-with-keys.ts';
import { gatherPlanInput, type KnownToLoop } from './plan-inputs.ts';

export interface PlanMakerOptions {
  readonly dependencies: LoopDependencies;
  readonly session: () => Session;
  readonly history: ContainerHistory;
  readonly backoff: Backoff;
  readonly actions: ClientActions;
  readonly faults: FaultReporter;
  /** Ends waits for what a plan is made from. */
  readonly signal: AbortSignal;
}

export interface PlanMoment {
  readonly target: TargetState;
  readonly snapshot: EngineSnapshot;
  /** Apps whose update is not cancelled. */
  readonly updates: AppSet;
  /** Images that are being fetched. */
  readonly downloading: ReadonlySet<string>;
}

/** Makes plans from what the device knows and what can be read. */
export class PlanMaker {
  readonly #options: PlanMakerOptions;
  readonly #localModeMemory: LocalModeMemory;

  constructor(options: PlanMakerOptions) {
    this.#options = options;
    this.#localModeMemory = new LocalModeMemory(options.dependencies.store.localMode);
  }

  /** @param onLocks called with the locks that services hold, before the plan is made */
  async make(
    { target, snapshot, updates, downloading }: PlanMoment,
    onLocks: (heldLocks: readonly HeldLock[]) => void = () => undefined,
  ): Promise<Plan> {
    const { dependencies, actions, signal } = this.#options;
    const known = this.#known(updates, snapshot);
    const input = await gatherPlanInput(target, snapshot, { dependencies, known, downloading, signal });
    onLocks(input.heldLocks);
    // An action may have ended by what the locks say.
    return plan({ ...input, policy: { ...input.policy, requests: actions.requests() } });
  }

  /** Remembers what was on the engine before local mode began. To be called before each plan for the target. */
  noteLocalMode(snapshot: EngineSnapshot): void {
    const { managed, targets } = this.#options.dependencies;
    if (managed) this.#localModeMemory.update(targets.localMode, snapshot);
  }

  /** Revokes the keys of services that have none any more. After a fault the next plan tries again. */
  revokeKeys(target: TargetState, snapshot: EngineSnapshot): void {
    const { dependencies, faults } = this.#options;
    try {
      dependencies.store.apiKeys.keepOnly(servicesWithKeys(target, snapshot));
    } catch (error) {
      faults.report(error, 'keys');
    }
  }

  /** The plan with what prevents a reboot that is due; it reboots when nothing else is left to do. */
  async withReboot(planned: Plan): Promise<Plan> {
    const { dependencies, faults } = this.#options;
    const { reboots } = dependencies;
    if (reboots === undefined) return planned;
    try {
      return await rebootWhenSettled(planned, reboots);
    } catch (error) {
      faults.report(error, 'reboot');
      return planned;
    }
  }

  #known(updates: AppSet, snapshot: EngineSnapshot): KnownToLoop {
    const { dependencies, session, history, backoff, actions } = this.#options;
    const { settings, targets, damagedImages } = dependencies;
    const { overrideLock, delta } = settings.current;
    damagedImages.look(snapshot, history.crashLooping);
    return {
      updates,
      forceLocks: overrideLock ? ALL_APPS : uniteApps(forcedApps(session()), onlyApps(actions.forcedApps())),
      requests: actions.requests(),
      localMode: targets.localMode,
      foreignImages: this.#localModeMemory.images,
      seenRunning: history.seenRunning,
      runningFor: history.runningFor,
      crashLooping: history.crashLooping,
      damagedImages: damagedImages.known(snapshot),
      suspectedImages: damagedImages.suspected(snapshot),
      paused: backoff.paused(),
      useDeltas: delta,
    };
  }
}

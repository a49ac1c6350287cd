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
import { AwaitedPushes } from '../history/awaited-pushes.ts';
import { LocalModeMemory } from '../history/local-mode-memory.ts';
import { planDuringReboot, rebootWhenSettled } from '../power/reboot-when-settled.ts';
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
  readonly #pushes: AwaitedPushes;
  #hasSuspects = false;

  constructor(options: PlanMakerOptions) {
    this.#options = options;
    const { clock, store } = options.dependencies;
    this.#localModeMemory = new LocalModeMemory(store.localMode);
    this.#pushes = new AwaitedPushes(() => clock.monotonic());
  }

  /** @param onLocks called with the locks that services hold, before the plan is made */
  async make(
    { target, snapshot, updates, downloading }: PlanMoment,
    onLocks: (heldLocks: readonly HeldLock[]) => void = () => undefined,
  ): Promise<Plan> {
    const { dependencies, actions, signal } = this.#options;
    const known = this.#known({ target, snapshot, updates });
    this.#hasSuspects = known.crashLooping.size > 0 || known.suspectedImages.size > 0;
    const input = await gatherPlanInput(target, snapshot, { dependencies, known, downloading, signal });
    onLocks(input.heldLocks);
    // An action may have ended by what the locks say.
    return plan({ ...input, policy: { ...input.policy, requests: actions.requests() } });
  }

  /** Takes note of what is on the engine. To be called before each plan for the target. */
  record(target: TargetState, snapshot: EngineSnapshot): void {
    const { managed, targets } = this.#options.dependencies;
    if (managed) this.#localModeMemory.update(targets.localMode, snapshot);
    if (targets.localMode) this.#pushes.update(snapshot);
    this.#revokeKeys(target, snapshot);
  }

  /** Milliseconds after which another plan may differ though nothing happens; `Infinity`: never. */
  get delayUntilChange(): number {
    return Math.min(this.#options.history.delayUntilChange, this.#pushes.delayUntilChange);
  }

  /** Whether containers crash, or images may be damaged: what is known of them changes without an event. */
  get hasSuspects(): boolean {
    return this.#hasSuspects;
  }

  /** Revokes the keys of services that have none any more. After a fault the next plan tries again. */
  #revokeKeys(target: TargetState, snapshot: EngineSnapshot): void {
    const { dependencies, faults } = this.#options;
    try {
      dependencies.store.apiKeys.keepOnly(servicesWithKeys(target, snapshot));
    } catch (error) {
      faults.report(error, 'keys');
    }
  }

  /** The plan of a device that goes down, as far as something of the target is missing. */
  duringReboot(planned: Plan): Plan {
    const { dependencies, session } = this.#options;
    return session().apply.kind === 'applying' ? planDuringReboot(planned, dependencies.reboots) : planned;
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

  #known({ target, snapshot, updates }: Pick<PlanMoment, 'target' | 'snapshot' | 'updates'>): KnownToLoop {
    const { dependencies, session, history, backoff, actions } = this.#options;
    const requests = actions.requests();
    const { settings, targets, damagedImages } = dependencies;
    const { overrideLock, delta } = settings.current;
    damagedImages.look(snapshot, history);
    return {
      updates,
      forceLocks: overrideLock ? ALL_APPS : uniteApps(forcedApps(session()), onlyApps(actions.forcedApps())),
      requests,
      localMode: targets.localMode,
      foreignImages: this.#localModeMemory.images,
      keepImages: keptImages(dependencies),
      seenRunning: history.seenRunning,
      runningFor: history.runningFor,
      crashLooping: history.crashLooping,
      mountedVolumes: history.mountedVolumes,
      damagedImages: damagedImages.known(snapshot),
      suspectedImages: damagedImages.suspected(snapshot),
      paused: new Map([...this.#pushes.paused(target, { snapshot, except: requests.unfinished }), ...backoff.paused()]),
      useDeltas: delta,
    };
  }
}

/**
 * While a developer works on a device of a cloud, nothing of the fleet's is removed, and what the developer applied stays
 * for the next time. A device without a cloud removes what it can fetch again.
 */
function keptImages({
  managed,
  sharesEngine = false,
  targets,
}: PlanMakerOptions['dependencies']): KnownToLoop['keepImages'] {
  if (!managed) return sharesEngine ? 'all' : 'built here';
  return targets.localMode ? 'all' : 'none';
}

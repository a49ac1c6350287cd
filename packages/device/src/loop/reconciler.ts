import {
  execute,
  plan,
  type EngineSnapshot,
  type ExecutionEvent,
  type Operation,
  type OperationResult,
  type Plan,
  type PlanInput,
} from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';
import type { TargetState } from '@device-supervisor/state';
import { isDeepStrictEqual } from 'node:util';
import { ClientActions } from '../actions/client-actions.ts';
import type { ClientAction } from '../actions/client-action.ts';
import { Activity } from './activity.ts';
import { Backoff } from './backoff.ts';
import type { ConfigOutcome } from '../device-config/device-config.ts';
import { CrashLoops } from '../history/crash-loops.ts';
import type { DeviceDependencies } from '../device-dependencies.ts';
import { describeState } from '../state/describe-state.ts';
import type { DeviceState } from '../state/device-state.ts';
import type { DeviceEvent, DeviceHealth } from '../device.ts';
import { Downloads } from '../downloads/downloads.ts';
import { ActionCancelledError, ActionFailedError } from '../errors.ts';
import { assessHealth } from './health.ts';
import { prepareLockDirectories } from '../locks/lock-directories.ts';
import { LocalModeMemory } from '../history/local-mode-memory.ts';
import { LockWatcher } from '../locks/lock-watcher.ts';
import { NO_SNAPSHOT, Observer } from './observer.ts';
import { gatherPlanInput, type GatherContext, imagesOf, lockedApps, observedImagesOf } from './plan-inputs.ts';
import { awaitsService, delayUntilChange, isFinal } from './plan-changes.ts';
import { NO_PLAN, planNews } from './plan-news.ts';
import { rebootWhenSettled } from '../power/reboot-when-settled.ts';
import { Refresher } from './refresher.ts';
import { Round } from './round.ts';
import { SeenRunning } from '../history/seen-running.ts';
import { NO_TARGET, type Targets } from '../session/targets.ts';
import { WakeUp } from './wake-up.ts';

export interface ReconcilerDependencies extends DeviceDependencies {
  readonly targets: Targets;
  readonly emit: (event: DeviceEvent) => void;
}

/** Longest delay between two tries of the same operation, in milliseconds; the default poll interval. */
const LONGEST_RETRY = 900_000;

/**
 * The loop: observe, plan, execute, again until there is nothing left to do; then wait for an event. One round at a time.
 * A new target ends the round that is under way.
 */
export class Reconciler implements AsyncDisposable {
  readonly #dependencies: ReconcilerDependencies;
  readonly #observer: Observer;
  readonly #lockWatcher: LockWatcher;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  readonly #activity = new Activity();
  readonly #downloads: Downloads;
  readonly #actions = new ClientActions();
  readonly #localModeMemory: LocalModeMemory;
  readonly #seenRunning = new SeenRunning();
  readonly #crashLoops: CrashLoops;
  readonly #refresher: Refresher;
  readonly #wake: WakeUp;
  readonly #finished: Promise<void>;

  #target: TargetState | null;
  #force = false;
  #snapshot: EngineSnapshot = NO_SNAPSHOT;
  #plan: Plan = NO_PLAN;
  #applying: boolean;
  #changedSinceSettled = false;
  #lastProgress: number;
  #round: Round | null = null;
  /** A client ended the apply; nothing is done until somebody asks for it. */
  #suspended = false;
  #state: DeviceState | null = null;

  constructor(dependencies: ReconcilerDependencies) {
    const { engine, locks, clock, random, emit, targets, store } = dependencies;
    this.#dependencies = dependencies;
    this.#wake = new WakeUp(clock);
    this.#crashLoops = new CrashLoops(() => clock.monotonic());
    this.#target = targets.current;
    this.#localModeMemory = new LocalModeMemory(store.localMode);
    this.#applying = this.#target !== null;
    this.#lastProgress = clock.monotonic();
    this.#backoff = new Backoff({ now: () => clock.monotonic(), random, limit: LONGEST_RETRY });
    this.#observer = new Observer({
      engine,
      clock,
      imageReferences: () => observedImagesOf(this.#target),
      onChange: ({ kind }) => {
        if (kind === 'connected') this.#onConnected();
        this.#onEngineChange();
      },
      onLost: (error) => emit({ type: 'engine-lost', error }),
    });
    this.#refresher = new Refresher({
      clock,
      look: async () => {
        const round = this.#round;
        if (round?.isExecuting !== true) return;
        const snapshot = await this.#observer.observe();
        // What comes late is older than what the next round saw itself.
        if (round.isExecuting) this.#see(snapshot);
      },
    });
    this.#downloads = new Downloads({ engine, onEvent: (event) => this.#onExecution(event) });
    this.#lockWatcher = new LockWatcher({
      locks,
      onChange: () => this.#wakeUp(),
      onFault: (error) => emit({ type: 'fault', error }),
    });
    this.#finished = this.#run();
  }

  get target(): TargetState | null {
    return this.#target;
  }

  /** What the engine held when we looked last. */
  get snapshot(): EngineSnapshot {
    return this.#snapshot;
  }

  /** Turns to the target that counts now. */
  reach(force: boolean): void {
    const target = this.#dependencies.targets.current;
    const same = this.#target !== null && isDeepStrictEqual(this.#target, target);
    this.#target = target;
    if (!same) {
      this.#actions.forgetRunning();
      this.#round?.end();
    }
    this.resume(force);
  }

  /** Applies the target now, also what failed before. */
  resume(force: boolean): void {
    this.#force = force;
    this.#suspended = false;
    this.#applying = this.#target !== null;
    this.#backoff.reset();
    this.#stateChanged();
    this.#wakeUp();
  }

  /** Ends the apply that runs: downloads end, what is being done is finished, and nothing new begins. */
  suspend(): void {
    if (!this.#applying) return;
    this.#suspended = true;
    this.#applying = false;
    this.#round?.end();
    this.#downloads.keepOnly(new Set());
    this.#stateChanged();
  }

  /** Does what a client asks for. @throws UpdatesLockedError, ActionFailedError, ActionCancelledError */
  async act(action: ClientAction, force: boolean): Promise<void> {
    this.#suspended = false;
    this.#applying = true;
    this.#backoff.forgiveRepetitions();
    const done = this.#actions.begin(action, force);
    this.#stateChanged();
    this.#wakeUp();
    await done;
  }

  /** The plan for a target on the engine as it is now; nothing is done. */
  async planFor(target: TargetState): Promise<Plan> {
    const { engine } = this.#dependencies;
    const snapshot = await engine.observe({
      imageReferences: [...observedImagesOf(this.#target), ...observedImagesOf(target)],
    });
    const { references: downloading } = this.#downloads;
    return plan(await this.#planInput(target, snapshot, { downloading, signal: this.#stop.signal }));
  }

  state(): DeviceState {
    this.#state ??= describeState({
      target: this.#target ?? NO_TARGET,
      device: this.#dependencies.facts,
      snapshot: this.#snapshot,
      images: this.#dependencies.store.images.list(),
      activity: this.#activity,
      plan: this.#plan,
      applying: this.#applying,
      suspended: this.#suspended,
    });
    return this.#state;
  }

  health(): DeviceHealth {
    return assessHealth(this.#activity.running(), this.#dependencies.clock.monotonic() - this.#lastProgress);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#round?.end();
    this.#wake.now();
    await this.#finished;
    this.#actions.failAll(new ActionCancelledError('the supervisor stops'));
    await this.#downloads[Symbol.asyncDispose]();
    this.#wake[Symbol.dispose]();
    await this.#refresher[Symbol.asyncDispose]();
    await this.#lockWatcher[Symbol.asyncDispose]();
    await this.#observer[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#wake.wait();
      if (signal.aborted || this.#suspended) continue;
      try {
        if (this.#target === null) {
          const { retryIn } = await this.#configure(null, signal);
          if (retryIn !== null) this.#wake.after(retryIn);
        } else await this.#reconcile(this.#target);
      } catch (error) {
        this.#actions.failAll(new ActionFailedError(formatError(error), error));
        // That the engine is away is told of already.
        if (!this.#observer.isLost) this.#dependencies.emit({ type: 'fault', error });
        this.#wake.after(this.#backoff.failed('observe', formatError(error)));
      }
      this.#round = null;
    }
  }

  /** One round. */
  async #reconcile(target: TargetState): Promise<void> {
    const { emit, locks, store, engine, reboots, managed, targets } = this.#dependencies;
    const round = new Round();
    this.#round = round;
    const config = await this.#configure(target, round.signal);
    const fault = await prepareLockDirectories(target, locks);
    if (fault !== null) emit({ type: 'fault', error: fault });
    // What is being fetched now may be there when the engine is looked at, and is not finished all the same.
    const downloading = this.#downloads.beginRound();
    this.#see(await this.#observer.observe());
    if (managed) this.#localModeMemory.note(targets.localMode, this.#snapshot);
    this.#actions.prepare(this.#snapshot);
    const planned = plan(await this.#planInput(target, this.#snapshot, { downloading, signal: round.signal }));
    if (round.signal.aborted) return;
    const next = reboots === undefined || config.holdsReboot ? planned : await rebootWhenSettled(planned, reboots);
    if (round.signal.aborted) return;
    this.#downloads.keepOnly(new Set(imagesOf(target)));
    this.#publish(next);
    this.#actions.onPlan(next, this.#snapshot);
    this.#awaitChanges(next, config.retryIn ?? Infinity);
    if (next.operations.length === 0) return this.#settle(next);
    this.#applying = true;
    this.#stateChanged();
    const pullImage = this.#downloads.pull.bind(this.#downloads);
    const results = await round.execute(() =>
      execute(
        next.operations,
        { engine: { ...engine, pullImage }, locks, images: store.images },
        { signal: round.signal, onEvent: (event) => this.#onRound(event) },
      ),
    );
    if ([...results.values()].some(({ status }) => status === 'done')) this.#changedSinceSettled = true;
    emit({ type: 'state-changed' });
    this.#wakeUp();
  }

  /** The host comes before the apps; what of it takes long does not keep them waiting. */
  async #configure(
    target: TargetState | null,
    signal: AbortSignal,
  ): Promise<Pick<ConfigOutcome, 'holdsReboot' | 'retryIn'>> {
    const { deviceConfig, targets } = this.#dependencies;
    const { localMode } = targets;
    return (await deviceConfig?.converge(target, { localMode, signal })) ?? { holdsReboot: false, retryIn: null };
  }

  #see(snapshot: EngineSnapshot): void {
    this.#snapshot = snapshot;
    this.#seenRunning.observe(snapshot);
    this.#crashLoops.observe(snapshot);
    this.#stateChanged();
  }

  #planInput(
    target: TargetState,
    snapshot: EngineSnapshot,
    moment: Pick<GatherContext, 'downloading' | 'signal'>,
  ): Promise<PlanInput> {
    const overrideLock = this.#dependencies.deviceConfig?.settings.overrideLock ?? false;
    const known = {
      forceLocks: this.#force || overrideLock ? ('all' as const) : this.#actions.forcedApps(),
      requests: this.#actions.requests(),
      localMode: this.#dependencies.targets.localMode,
      foreignImages: this.#localModeMemory.images,
      seenRunning: this.#seenRunning.containers,
      crashLooping: this.#crashLoops.containers,
      paused: this.#backoff.paused(),
    };
    return gatherPlanInput(target, snapshot, { dependencies: this.#dependencies, known, ...moment });
  }

  /** Takes note of a plan, and tells what it says that the one before did not. */
  #publish(next: Plan): void {
    const news = planNews(next, this.#plan);
    this.#plan = next;
    news.forEach(this.#dependencies.emit);
    this.#stateChanged();
  }

  /** Sees to it that somebody wakes us when what the plan waits for may have come. */
  #awaitChanges({ blocked, wakeAt }: Plan, configRetry: number): void {
    const waiting = new Set(blocked.filter(awaitsService).map(({ appId }) => appId));
    const apps = lockedApps(this.#target, this.#snapshot).filter(
      ({ appId }) => waiting.has(appId) || waiting.has(null),
    );
    if (this.#lockWatcher.waitFor(apps)) this.#wakeUp();
    const delay = Math.min(
      delayUntilChange({ blocked, wakeAt }, this.#dependencies.clock.now()),
      this.#backoff.nextRetry() ?? Infinity,
      this.#crashLoops.delayUntilChange,
      configRetry,
    );
    if (delay < Infinity) this.#wake.after(delay);
  }

  /** Nothing can be done now: say so. */
  #settle({ blocked }: Plan): void {
    const waiting = !blocked.every(isFinal);
    if (!this.#applying) return;
    this.#applying = waiting;
    this.#stateChanged();
    if (waiting) return;
    this.#force = false;
    this.#dependencies.emit({ type: 'settled', changed: this.#changedSinceSettled });
    this.#changedSinceSettled = false;
  }

  /** Downloads tell of themselves: they may begin before the round that waits for them, and end after it. */
  #onRound(event: ExecutionEvent): void {
    const { operation } = event;
    if (operation.kind === 'pull-image') {
      if (event.type === 'started') this.#downloads.expect(operation);
      return;
    }
    this.#round?.note(event);
    this.#onExecution(event);
    this.#makeRoom();
  }

  /** A round that only waits for downloads ends when something happened: others may have something to do meanwhile. */
  #makeRoom(): void {
    // What comes next in the round begins right after this.
    queueMicrotask(() => {
      if (this.#wake.isCalled && this.#round?.onlyDownloads === true) this.#round.end();
    });
  }

  #onExecution(event: ExecutionEvent): void {
    const { emit, clock } = this.#dependencies;
    this.#lastProgress = clock.monotonic();
    if (this.#activity.apply(event)) this.#stateChanged();
    switch (event.type) {
      case 'started':
        return emit({ type: 'operation-started', operation: event.operation });
      case 'progress':
        return emit({ type: 'operation-progress', operation: event.operation, progress: event.progress });
      case 'finished':
        this.#remember(event.operation, event.result);
    }
  }

  #remember(operation: Operation, result: OperationResult): void {
    if (result.status === 'done') this.#seenRunning.note(operation);
    const retryIn = this.#backoff.note(operation, result);
    this.#actions.onResult(operation, result);
    this.#dependencies.emit({ type: 'operation-finished', operation, result, retryIn });
  }

  #onEngineChange(): void {
    this.#wakeUp();
    // The next round comes when this one has ended; clients want to see before what has come of it so far.
    if (this.#round !== null) this.#refresher.request();
  }

  #onConnected(): void {
    this.#backoff.reset();
    this.#dependencies.emit({ type: 'engine-connected' });
  }

  #stateChanged(): void {
    if (this.#state === null) return;
    this.#state = null;
    this.#dependencies.emit({ type: 'state-changed' });
  }

  #wakeUp(): void {
    this.#wake.now();
    this.#makeRoom();
  }
}

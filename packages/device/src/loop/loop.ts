import { ALL_APPS, isEmptyAppSet, type AppSet, type ExecutionEvent, type Plan } from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';
import type { TargetState } from '@device-supervisor/state';
import { ClientActions } from '../actions/client-actions.ts';
import type { ClientAction } from '../actions/client-action.ts';
import type { LoopDependencies } from '../device-dependencies.ts';
import type { DeviceEvent, DeviceHealth } from '../device.ts';
import { Downloads } from '../downloads/downloads.ts';
import { ActionCancelledError, ActionFailedError } from '../errors.ts';
import { ContainerHistory } from '../history/container-history.ts';
import type { DeviceLockRequest, DeviceLockResult } from '../locks/acquire-device-locks.ts';
import { lendLocks } from '../locks/lend-locks.ts';
import { LentLocksTimer } from '../locks/lent-locks-timer.ts';
import { LockDirectories } from '../locks/lock-directories.ts';
import { LockWatcher } from '../locks/lock-watcher.ts';
import type { DeviceEngine } from '../ports.ts';
import {
  isAtRest,
  mayBegin,
  mayForce,
  reduce,
  startSession,
  updatedApps,
  type Session,
  type SessionEvent,
} from '../session/session.ts';
import type { DeviceState } from '../state/device-state.ts';
import { DeviceView } from '../state/device-view.ts';
import { Backoff } from './backoff.ts';
import { FaultReporter } from './fault-reporter.ts';
import { Observer } from './observer.ts';
import { Pacer } from './pacer.ts';
import { isFinal, missesTarget, withBusyApps } from './plan-changes.ts';
import { NextTurn } from './next-turn.ts';
import { OperationTracker } from './operation-tracker.ts';
import { imagesOf, lockedApps, observedImagesOf } from './plan-inputs.ts';
import { PlanMaker, type PlanMakerOptions } from './plan-maker.ts';
import { configureHost, NOT_PREPARED } from './configure-host.ts';
import { NO_PLAN, planNews } from './plan-news.ts';
import { Runs } from './runs.ts';
import { stateSources } from './state-sources.ts';
import { ECHO_PAUSE, LONGEST_RETRY, REJECTIONS, WAKING } from './loop-rules.ts';
import { WakeUp } from './wake-up.ts';

/**
 * The loop: look at the engine, plan, begin what is planned; again at each event. Looking never stops. An operation runs
 * beside the loop, by app, and a turn never waits for it.
 */
export class Loop implements AsyncDisposable {
  readonly #dependencies: LoopDependencies;
  readonly #engine: DeviceEngine;
  readonly #history: ContainerHistory;
  readonly #observer: Observer;
  readonly #lockWatcher: LockWatcher;
  readonly #backoff: Backoff;
  readonly #downloads: Downloads;
  readonly #runs: Runs;
  readonly #actions: ClientActions;
  readonly #operations: OperationTracker;
  readonly #plans: PlanMaker;
  readonly #wake: WakeUp;
  readonly #next: NextTurn;
  readonly #pacer: Pacer;
  readonly #view: DeviceView;
  readonly #lentTimer: LentLocksTimer;
  readonly #faults: FaultReporter;
  readonly #lockDirectories: LockDirectories;
  readonly #rebootNews: Disposable | undefined;
  readonly #preparation: Pick<PlanMakerOptions, 'dependencies' | 'faults' | 'signal'>;
  readonly #stop = new AbortController();
  readonly #finished: Promise<void>;

  #session: Session;
  #lastActionId = 0;
  #plan: Plan = NO_PLAN;
  /** Changes whenever plans that are being made are void. */
  #epoch = 0;
  #changedSinceSettled = false;

  constructor(dependencies: LoopDependencies) {
    const { locks, clock, random, targets, store } = dependencies;
    this.#dependencies = dependencies;
    this.#session = startSession(targets.current);
    this.#view = new DeviceView({
      clock,
      sources: () =>
        stateSources({
          dependencies,
          session: this.#session,
          plan: this.#plan,
          observer: this.#observer,
          operations: this.#operations,
          faults: this.#faults,
        }),
    });
    this.#lentTimer = new LentLocksTimer(clock, () =>
      this.#actions.rejectAll(new ActionFailedError('the device is about to go down, or its host is being changed')),
    );
    this.#faults = new FaultReporter((error) => this.#view.emit({ type: 'fault', error }));
    const onFault = (error: unknown): void => this.#faults.report(error);
    this.#preparation = { dependencies, faults: this.#faults, signal: this.#stop.signal };
    this.#wake = new WakeUp(clock);
    this.#lockDirectories = new LockDirectories({ locks, faults: this.#faults });
    this.#pacer = new Pacer({ clock, wake: () => this.#wake.now() });
    this.#history = new ContainerHistory(() => clock.monotonic());
    this.#engine = this.#history.follow(dependencies.engine);
    this.#backoff = new Backoff({ now: () => clock.monotonic(), random, limit: LONGEST_RETRY });
    this.#actions = new ClientActions({
      session: () => this.#session,
      onBegun: (id) => this.#dispatch({ type: 'action-begun', id }),
      onEnded: (id, outcome) => {
        this.#dispatch({ type: 'action-ended', id, outcome });
        if (outcome === 'done') return;
        // Plans that heed a request which was refused are void.
        this.#epoch++;
        this.#wake.now();
      },
    });
    this.#observer = new Observer({
      engine: this.#engine,
      clock,
      random,
      imageReferences: () => observedImagesOf(this.#session.target),
      onChange: ({ kind }) => {
        if (kind === 'connected') {
          this.#backoff.reset();
          this.#view.emit({ type: 'engine-connected' });
        }
        this.#pace(ECHO_PAUSE);
      },
      onLost: (error) => this.#view.emit({ type: 'engine-lost', error }),
    });
    const shared = { clock, history: this.#history, backoff: this.#backoff };
    const parts = { ...shared, actions: this.#actions, observer: this.#observer };
    this.#operations = new OperationTracker({
      ...parts,
      damagedImages: dependencies.damagedImages,
      emit: (event) => this.#view.emit(event),
      onChange: () => this.#view.noteChange(),
    });
    this.#plans = new PlanMaker({ ...parts, ...this.#preparation, session: () => this.#session });
    this.#downloads = new Downloads({ engine: this.#engine, onEvent: (event) => this.#operations.record(event) });
    this.#runs = new Runs({
      ports: {
        engine: this.#lockDirectories.guard({
          ...this.#engine,
          pullImage: this.#downloads.pull.bind(this.#downloads),
        }),
        locks: { ...locks, acquire: (request) => locks.acquire({ ...request, force: this.#isForced(request) }) },
        images: store.images,
      },
      onEvent: (event) => this.#onRun(event),
      onFault,
      onEnd: ({ changed, isReplaced }) => {
        this.#changedSinceSettled ||= changed;
        if (!isReplaced) this.#pace(0);
      },
    });
    this.#lockWatcher = new LockWatcher({ locks, onChange: () => this.#wake.now(), onFault });
    this.#next = new NextTurn({ ...parts, wake: this.#wake, plans: this.#plans, lockWatcher: this.#lockWatcher });
    this.#rebootNews = dependencies.reboots?.subscribe((news) => this.#view.emit({ type: 'reboot', news }));
    this.#wake.now();
    this.#finished = this.#run();
  }

  get target(): TargetState | null {
    return this.#session.target;
  }

  get observer(): Pick<Observer, 'snapshot'> {
    return this.#observer;
  }

  subscribe(listener: (event: DeviceEvent) => void): Disposable {
    return this.#view.subscribe(listener);
  }

  /** Another target is about to come: nothing of the one before begins until the announcement is over. */
  announceTarget(): Disposable {
    this.#dispatch({ type: 'target-announced' });
    return { [Symbol.dispose]: () => this.#dispatch({ type: 'announcement-over' }) };
  }

  /** Applies the target that is current now. @param force apps whose locks may be taken for it */
  applyTarget(force: AppSet): void {
    this.#dispatch({ type: 'target', target: this.#dependencies.targets.current, force });
  }

  /** Applies the target of apps now, also what failed before. */
  update(apps: AppSet, force: boolean): void {
    this.#dispatch({ type: 'update', apps, force });
  }

  /** Ends the apply under way, of apps. */
  cancel(apps: AppSet): void {
    this.#dispatch({ type: 'cancel', apps });
  }

  /** Does what a client asks for. @throws UpdatesLockedError, ActionFailedError, ActionCancelledError */
  async act(action: ClientAction, force: boolean): Promise<void> {
    const id = ++this.#lastActionId;
    const done = this.#actions.begin(id, action, force);
    this.#dispatch({ type: 'action', id, action, force });
    await done;
  }

  /** Takes the update locks of all apps, or of none. Until they are given back, nothing begins. */
  async lockAll(request: Omit<DeviceLockRequest, 'apps' | 'timeout'>): Promise<DeviceLockResult> {
    return await lendLocks(this.#dependencies, {
      ...request,
      apps: lockedApps(this.#session.target, this.#observer.snapshot),
      onLent: () => this.#dispatch({ type: 'locks-lent' }),
      onReturned: () => this.#dispatch({ type: 'locks-returned' }),
      idle: () => this.#runs.settle(),
      busyApp: () => [...this.#runs.busyApps][0] ?? null,
    });
  }

  /** The plan for a target on the engine as it is now; nothing is done. */
  async planFor(target: TargetState): Promise<Plan> {
    const imageReferences = [...observedImagesOf(this.#session.target), ...observedImagesOf(target)];
    const snapshot = this.#history.mark(await this.#dependencies.engine.observe({ imageReferences }));
    return await this.#plans.make({ target, snapshot, updates: ALL_APPS, downloading: this.#downloads.references });
  }

  state(): DeviceState {
    return this.#view.state();
  }

  health(): DeviceHealth {
    return this.#operations.health();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#rebootNews?.[Symbol.dispose]();
    this.#epoch++;
    this.#runs.end(ALL_APPS);
    this.#wake.now();
    await this.#finished;
    await this.#runs.settle();
    this.#actions.rejectAll(new ActionCancelledError('the supervisor stops'));
    await this.#downloads[Symbol.asyncDispose]();
    for (const timer of [this.#wake, this.#pacer, this.#lentTimer]) timer[Symbol.dispose]();
    for (const watch of [this.#lockWatcher, this.#observer, this.#lockDirectories]) await watch[Symbol.asyncDispose]();
    this.#view[Symbol.dispose]();
  }

  async #run(): Promise<void> {
    const { clock } = this.#dependencies;
    while (!this.#stop.signal.aborted) {
      let isTurn = (await this.#wake.wait()) === 'called';
      if (this.#stop.signal.aborted) return;
      const began = clock.monotonic();
      try {
        isTurn ||= await this.#isTurnDue();
        if (isTurn) await this.#turn();
      } catch (error) {
        this.#faults.report(error);
        this.#actions.rejectAll(new ActionFailedError(formatError(error), error));
        this.#backoff.failed('plan', formatError(error));
      }
      this.#pacer.record(clock.monotonic() - began);
      this.#next.schedule(this.#session.target !== null, isTurn);
    }
  }

  /** After a time without an event: is there more to do than to look at the engine? */
  async #isTurnDue(): Promise<boolean> {
    const isBusy = !isAtRest(this.#session) || !this.#runs.isEmpty;
    return isBusy || this.#next.isPlanDue || (await this.#look()) === 'news';
  }

  async #turn(): Promise<void> {
    const { target } = this.#session;
    if (target === null) {
      const { retryIn } = await configureHost(null, this.#preparation);
      return this.#next.retryIn(retryIn);
    }
    await this.#runs.beginRound();
    const epoch = this.#epoch;
    const isFree = mayBegin(this.#session);
    const updates = updatedApps(this.#session);
    const isWhole = isFree && updates.kind === 'all-but';
    const config = isWhole ? await configureHost(target, this.#preparation) : NOT_PREPARED;
    if (isFree && !isEmptyAppSet(updates)) this.#lockDirectories.prepare(target);
    // An image can be listed before its pull has finished.
    const downloading = this.#downloads.beginRound();
    if ((await this.#look()) === 'lost' || epoch !== this.#epoch) return;
    if (!isFree) return void this.#show(this.#plans.duringReboot(this.#plan));
    const { snapshot } = this.#observer;
    this.#plans.record(target, snapshot);
    this.#actions.prepare(snapshot);
    const planned = await this.#plans.make({ target, snapshot, updates, downloading }, (heldLocks) => {
      if (epoch === this.#epoch) this.#actions.refuseLocked(heldLocks);
    });
    if (epoch !== this.#epoch) return;
    const next = config.holdsReboot || !this.#runs.isEmpty ? planned : await this.#plans.withReboot(planned);
    if (epoch !== this.#epoch) return;
    this.#backoff.forget('plan');
    this.#carryOut(next, config.retryIn);
  }

  /** Publishes a plan, answers clients, and begins what it says. */
  #carryOut(next: Plan, configRetry: number | null): void {
    const { busyApps } = this.#runs;
    this.#keepWantedDownloads();
    const shown = this.#show(withBusyApps(next, this.#plan, busyApps));
    const epoch = this.#epoch;
    this.#actions.onPlan({ plan: next, snapshot: this.#observer.snapshot, busyApps });
    if (epoch !== this.#epoch) return;
    this.#next.await(next, lockedApps(this.#session.target, this.#observer.snapshot), configRetry);
    if (next.operations.length === 0) return this.#settle(shown);
    if (this.#session.actions.size === 0) this.#dispatch({ type: 'work-found' });
    this.#runs.start(next.operations);
  }

  #show(plan: Plan): Plan {
    const news = planNews(plan, this.#plan);
    this.#plan = plan;
    this.#view.noteChange();
    news.forEach((event) => this.#view.emit(event));
    return plan;
  }

  /** @returns `news`: the engine's contents differ from those of the last look; `lost`: it could not be looked at */
  async #look(): Promise<'news' | 'known' | 'lost'> {
    try {
      if (!(await this.#observer.look())) return 'known';
    } catch (error) {
      this.#actions.rejectAll(new ActionFailedError(formatError(error), error));
      return 'lost';
    }
    this.#view.noteChange();
    this.#faults.update(this.#observer.snapshot.faults ?? [], 'snapshot');
    return 'news';
  }

  /** Force ends with the request that carried it, also for a plan that was made before. */
  #isForced({ appId, force }: { readonly appId: number; readonly force: boolean }): boolean {
    return force && (this.#dependencies.settings.current.overrideLock || mayForce(this.#session, appId));
  }

  #dispatch(event: SessionEvent): void {
    const { session, effects } = reduce(this.#session, event);
    this.#session = session;
    this.#view.noteChange();
    for (const effect of effects) {
      switch (effect.type) {
        case 'end-runs':
          this.#epoch++;
          this.#runs.end(effect.apps);
          break;
        case 'end-downloads':
          this.#keepWantedDownloads();
          break;
        case 'forgive':
          this.#backoff.forgive(effect.what);
          break;
        case 'reject':
          this.#actions.reject(effect.id, new ActionCancelledError(REJECTIONS[effect.reason]));
          break;
      }
    }
    if (WAKING.has(event.type)) this.#wake.now();
    this.#lentTimer.update(session);
  }

  /** Ends downloads for apps whose update is cancelled, and for no app of the target. */
  #keepWantedDownloads(): void {
    this.#downloads.keepOnly(new Set(imagesOf(this.#session.target, updatedApps(this.#session))));
  }

  /** Nothing can be begun. */
  #settle({ blocked }: Plan): void {
    if (!this.#runs.isEmpty || !blocked.every(isFinal)) return;
    if (blocked.some(({ reason }) => reason === 'cancelled')) return this.#dispatch({ type: 'rested' });
    const isNews = this.#session.apply.kind !== 'idle' || this.#changedSinceSettled;
    this.#dispatch({ type: 'settled' });
    if (!isNews || blocked.some(missesTarget)) return;
    this.#view.emit({ type: 'settled', changed: this.#changedSinceSettled });
    this.#changedSinceSettled = false;
  }

  /** Downloads report themselves: they may begin before the run that waits for them, and end after it. */
  #onRun(event: ExecutionEvent): void {
    const { operation } = event;
    if (operation.kind === 'pull-image') {
      if (event.type === 'started') this.#downloads.expect(operation);
      return;
    }
    this.#operations.record(event);
  }

  /** Wakes the loop: at once when nothing runs, and seldom while something does. */
  #pace(least: number): void {
    if (this.#runs.isWorking) this.#pacer.request(least);
    else this.#wake.now();
  }
}

import {
  execute,
  isTruthy,
  plan,
  serviceKey,
  wantsSupervisorApi,
  type EngineSnapshot,
  type ExecutionEvent,
  type LockHolder,
  type Operation,
  type OperationResult,
  type Plan,
} from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';
import type { TargetState } from '@device-supervisor/state';
import { isDeepStrictEqual } from 'node:util';
import { Activity } from './activity.ts';
import { Backoff } from './backoff.ts';
import type { DeviceDependencies } from './device-dependencies.ts';
import { describeState } from './describe-state.ts';
import type { DeviceState } from './device-state.ts';
import type { DeviceEvent, DeviceHealth } from './device.ts';
import { readStorageNeeds, spaceRecheck } from './image-storage.ts';
import { LOCK_RECHECK, LockWatcher } from './lock-watcher.ts';
import { Observer } from './observer.ts';
import type { LockedApp } from './ports.ts';

export interface ReconcilerDependencies extends DeviceDependencies {
  /** `null`: the device never had one. */
  readonly target: TargetState | null;
  readonly emit: (event: DeviceEvent) => void;
}

/** Longest delay between two tries of the same operation, in milliseconds; the default poll interval. */
const LONGEST_RETRY = 900_000;
/** Between two looks at the engine while a plan is carried out, in milliseconds. */
const REFRESH_INTERVAL = 500;
/** A call on the engine that takes longer, in milliseconds, means that something is stuck; downloads may take for ever. */
const STUCK_AFTER = 900_000;

const NO_SNAPSHOT: EngineSnapshot = {
  abilities: { apiVersion: '', unsupportedLimits: [] },
  containers: [],
  images: [],
  networks: [],
  volumes: [],
};
const NO_PLAN: Plan = { operations: [], blocked: [], notices: [] };

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
  readonly #seenRunning = new Set<string>();
  readonly #finished: Promise<void>;

  #target: TargetState | null;
  #force = false;
  #snapshot: EngineSnapshot = NO_SNAPSHOT;
  #plan: Plan = NO_PLAN;
  #applying: boolean;
  #changedSinceSettled = false;
  #lastProgress: number;
  #round: AbortController | null = null;
  #wake = Promise.withResolvers<void>();
  #timer: Disposable | null = null;
  #refreshTimer: Disposable | null = null;
  #state: DeviceState | null = null;
  #engineLost = false;

  constructor(dependencies: ReconcilerDependencies) {
    const { engine, locks, clock, random, emit, target } = dependencies;
    this.#dependencies = dependencies;
    this.#target = target;
    this.#applying = target !== null;
    this.#lastProgress = clock.now();
    this.#backoff = new Backoff({ now: () => clock.now(), random, limit: LONGEST_RETRY });
    this.#observer = new Observer({
      engine,
      clock,
      imageReferences: () => imagesOf(this.#target),
      onChange: ({ kind }) => {
        if (kind === 'connected') this.#onConnected();
        this.#onEngineChange();
      },
      onLost: (error) => this.#onEngineLost(error),
    });
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

  /** Makes `target` the one to reach. */
  reach(target: TargetState, force: boolean): void {
    const same = this.#target !== null && isDeepStrictEqual(this.#target, target);
    this.#target = target;
    this.#force = force;
    this.#applying = true;
    this.#backoff.reset();
    this.#stateChanged();
    if (!same) this.#round?.abort();
    this.#wakeUp();
  }

  state(): DeviceState {
    this.#state ??= describeState({
      target: this.#target ?? { config: {}, apps: {} },
      snapshot: this.#snapshot,
      images: this.#dependencies.store.images.list(),
      activity: this.#activity,
      plan: this.#plan,
      applying: this.#applying,
    });
    return this.#state;
  }

  health(): DeviceHealth {
    const calls = this.#activity.running().filter(({ kind }) => kind !== 'pull-image');
    const idleFor = this.#dependencies.clock.now() - this.#lastProgress;
    const problems =
      calls.length > 0 && idleFor > STUCK_AFTER
        ? [`${calls.map(({ id }) => id).join(', ')}: no answer from the engine for ${Math.round(idleFor / 60_000)} min`]
        : [];
    return { healthy: problems.length === 0, problems };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#round?.abort();
    this.#wakeUp();
    await this.#finished;
    this.#timer?.[Symbol.dispose]();
    this.#refreshTimer?.[Symbol.dispose]();
    await this.#lockWatcher[Symbol.asyncDispose]();
    await this.#observer[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
      this.#timer?.[Symbol.dispose]();
      this.#timer = null;
      if (signal.aborted || this.#target === null) continue;
      try {
        await this.#reconcile(this.#target);
      } catch (error) {
        this.#onEngineLost(error);
        this.#wakeUpIn(this.#backoff.failed('observe', formatError(error)));
      }
      this.#round = null;
    }
  }

  /** One round. */
  async #reconcile(target: TargetState): Promise<void> {
    const { emit, locks, store, engine } = this.#dependencies;
    const round = new AbortController();
    this.#round = round;
    await this.#prepareLocks(target);
    await this.#observe();
    const next = plan(await this.#planInput(target, round.signal));
    if (round.signal.aborted) return;
    this.#publish(next);
    if (next.operations.length === 0) return this.#settle(next);
    this.#applying = true;
    this.#stateChanged();
    const results = await execute(
      next.operations,
      { engine, locks, images: store.images },
      {
        signal: round.signal,
        onEvent: (event) => this.#onExecution(event),
      },
    );
    if ([...results.values()].some(({ status }) => status === 'done')) this.#changedSinceSettled = true;
    emit({ type: 'state-changed' });
    this.#wakeUp();
  }

  async #observe(): Promise<void> {
    this.#snapshot = await this.#observer.observe();
    this.#engineLost = false;
    const present = new Set<string>();
    for (const { id, name, status } of this.#snapshot.containers) {
      present.add(id);
      const runs = status === 'running' || status === 'restarting' || status === 'paused';
      // One that we started may have ended before we looked.
      if (runs || this.#seenRunning.has(name)) this.#seenRunning.add(id);
    }
    for (const id of this.#seenRunning) if (!present.has(id)) this.#seenRunning.delete(id);
    this.#stateChanged();
  }

  async #planInput(target: TargetState, signal: AbortSignal): Promise<Parameters<typeof plan>[0]> {
    const { store, facts, managed, storage, clock } = this.#dependencies;
    const snapshot = this.#snapshot;
    return {
      snapshot,
      ...(await readStorageNeeds(storage, { references: imagesOf(target), snapshot, clock, signal })),
      images: store.images.list(),
      heldLocks: await this.#heldLocks(target),
      target,
      device: target.name === undefined ? facts : { ...facts, name: target.name },
      policy: {
        supervisorApiKeys: this.#supervisorApiKeys(target),
        forceLocks: this.#force,
        // A developer applies the same images and data again and again.
        keepImages: !managed,
        useDeltas: isTruthy(target.config['SUPERVISOR_DELTA']),
        keepVolumes: !managed,
        seenRunning: this.#seenRunning,
        paused: this.#backoff.paused(),
      },
    };
  }

  /** Services' lock directories must be there before their containers are, and again after the host's `/tmp` was emptied. */
  async #prepareLocks(target: TargetState): Promise<void> {
    const { locks, emit } = this.#dependencies;
    const services = lockedApps(target, NO_SNAPSHOT).flatMap((app) =>
      app.services.map((name) => ({ appId: app.appId, name })),
    );
    const results = await Promise.allSettled(services.map(({ appId, name }) => locks.prepare(appId, name)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure?.status === 'rejected') emit({ type: 'fault', error: failure.reason });
  }

  async #heldLocks(target: TargetState): Promise<LockHolder[]> {
    const { locks } = this.#dependencies;
    const apps = lockedApps(target, this.#snapshot);
    return (await Promise.all(apps.map(({ appId, services }) => locks.holders(appId, services)))).flat();
  }

  #supervisorApiKeys(target: TargetState): Map<string, string> {
    const keys = new Map<string, string>();
    for (const app of Object.values(target.apps)) {
      for (const { name, labels } of Object.values(app.release?.services ?? {})) {
        if (!wantsSupervisorApi(labels)) continue;
        keys.set(serviceKey(app.id, name), this.#dependencies.store.apiKeys.forService(app.id, name));
      }
    }
    return keys;
  }

  /** Takes note of a plan, and tells what it says that the one before did not. */
  #publish(next: Plan): void {
    const { emit } = this.#dependencies;
    const before = this.#plan;
    this.#plan = next;
    for (const blocked of next.blocked) {
      const known = before.blocked.some((other) => isDeepStrictEqual(other, blocked));
      if (!known && blocked.reason !== 'backoff') emit({ type: 'blocked', blocked });
    }
    for (const notice of next.notices) {
      if (!before.notices.some((other) => isDeepStrictEqual(other, notice))) emit({ type: 'notice', notice });
    }
    this.#stateChanged();
  }

  /** Nothing can be done now: say so, and see to it that somebody wakes us. */
  #settle({ blocked }: Plan): void {
    const locked = new Set(blocked.filter(({ reason }) => reason === 'locked').map(({ appId }) => appId));
    const apps = lockedApps(this.#target, this.#snapshot).filter(({ appId }) => locked.has(appId));
    if (this.#lockWatcher.waitFor(apps)) this.#wakeUp();
    const recheck = Math.min(locked.size > 0 ? LOCK_RECHECK : Infinity, spaceRecheck(blocked));
    const next = Math.min(this.#backoff.nextRetry() ?? Infinity, recheck);
    if (next < Infinity) this.#wakeUpIn(next);
    const waiting = blocked.some(({ reason }) => reason !== 'invalid' && reason !== 'name-taken');
    if (!this.#applying) return;
    this.#applying = waiting;
    this.#stateChanged();
    if (waiting) return;
    this.#force = false;
    this.#dependencies.emit({ type: 'settled', changed: this.#changedSinceSettled });
    this.#changedSinceSettled = false;
  }

  #onExecution(event: ExecutionEvent): void {
    const { emit, clock } = this.#dependencies;
    this.#lastProgress = clock.now();
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
    let retryIn: number | null = null;
    switch (result.status) {
      case 'done':
        this.#noteSuccess(operation);
        if (operation.kind === 'stop-container') this.#seenRunning.delete(operation.containerId);
        if (operation.kind === 'start-container') this.#seenRunning.add(operation.container);
        break;
      case 'failed':
        retryIn = this.#backoff.failed(operation.id, formatError(result.error));
        break;
      case 'locked':
        retryIn = this.#backoff.failed(operation.id, 'a service holds its update lock');
        break;
      case 'skipped':
      case 'cancelled':
        break;
    }
    this.#dependencies.emit({ type: 'operation-finished', operation, result, retryIn });
  }

  /** What comes into being again and again is either not as it was asked for, or does not last. */
  #noteSuccess({ kind, id, cause }: Operation): void {
    if (
      kind === 'create-container' ||
      kind === 'update-container' ||
      kind === 'create-network' ||
      kind === 'pull-image'
    ) {
      this.#backoff.succeeded(id, cause);
    } else {
      this.#backoff.forget(id);
    }
  }

  #onEngineChange(): void {
    this.#wakeUp();
    if (this.#round === null) return;
    // The next round comes when this one has ended; clients want to see before what has come of it so far.
    this.#refreshTimer ??= this.#dependencies.clock.schedule(REFRESH_INTERVAL, () => {
      this.#refreshTimer = null;
      if (this.#round !== null) void this.#refresh();
    });
  }

  async #refresh(): Promise<void> {
    try {
      await this.#observe();
    } catch (error) {
      this.#onEngineLost(error);
    }
  }

  #onConnected(): void {
    this.#backoff.reset();
    this.#dependencies.emit({ type: 'engine-connected' });
  }

  #onEngineLost(error: unknown): void {
    if (this.#engineLost || this.#stop.signal.aborted) return;
    this.#engineLost = true;
    this.#dependencies.emit({ type: 'engine-lost', error });
  }

  #stateChanged(): void {
    if (this.#state === null) return;
    this.#state = null;
    this.#dependencies.emit({ type: 'state-changed' });
  }

  #wakeUp(): void {
    this.#wake.resolve();
  }

  #wakeUpIn(delay: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#dependencies.clock.schedule(delay, () => this.#wakeUp());
  }
}

function imagesOf(target: TargetState | null): string[] {
  return Object.values(target?.apps ?? {}).flatMap(({ release }) =>
    Object.values(release?.services ?? {}).map(({ image }) => image),
  );
}

/** Every app of the target or on the engine, with all services it has here or there. */
function lockedApps(target: TargetState | null, { containers }: EngineSnapshot): LockedApp[] {
  const apps = new Map<number, Set<string>>();
  const add = (appId: number, service: string): void => {
    apps.set(appId, (apps.get(appId) ?? new Set()).add(service));
  };
  for (const { id, release } of Object.values(target?.apps ?? {})) {
    for (const name of Object.keys(release?.services ?? {})) add(id, name);
  }
  for (const { identity } of containers) if (identity !== null) add(identity.appId, identity.serviceName);
  return [...apps].map(([appId, services]) => ({ appId, services: [...services].sort() }));
}

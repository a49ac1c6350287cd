import {
  serviceKey,
  type Blocked,
  type ClientRequests,
  type ContainerRequest,
  type EngineSnapshot,
  type HeldLock,
  type Operation,
  type OperationKind,
  type OperationResult,
  type Plan,
} from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';
import { ActionFailedError, UpdatesLockedError } from '../errors.ts';
import { targetOf, wantedRunning, type Session } from '../session/session.ts';
import type { ClientAction } from './client-action.ts';
import { PendingAction } from './pending-action.ts';

export interface ClientActionsOptions {
  readonly session: () => Session;
  /** An operation for the action has begun. */
  readonly onBegun: (id: number) => void;
  readonly onEnded: (id: number, outcome: 'done' | 'failed') => void;
}

export interface PlanOutcome {
  readonly plan: Plan;
  readonly snapshot: EngineSnapshot;
  /** Apps with operations under way: what a plan says against them may be over when these end. */
  readonly busyApps: ReadonlySet<number>;
}

/** Carries what clients asked for from the request to its answer: what of it is left to do, and when it is done. */
export class ClientActions {
  readonly #options: ClientActionsOptions;
  /** By number. */
  readonly #pending = new Map<number, PendingAction>();

  constructor(options: ClientActionsOptions) {
    this.#options = options;
  }

  /** Resolves when it is done. Rejects with `UpdatesLockedError`, `ActionFailedError` or the error of {@link reject}. */
  begin(id: number, action: ClientAction, force: boolean): Promise<void> {
    const pending = new PendingAction(id, { action, force });
    this.#pending.set(id, pending);
    return pending.finished;
  }

  /** Looks up what the actions are to be done to. To be called before each plan. */
  prepare(snapshot: EngineSnapshot): void {
    for (const pending of this.#pending.values()) pending.prepare(snapshot);
  }

  /** Refuses actions that may not use the force of another one for the same app. */
  refuseLocked(heldLocks: readonly HeldLock[]): void {
    for (const pending of this.#pending.values()) {
      const { app, kind } = pending.action;
      if (app === null || kind === 'start' || pending.force || this.#hasBegun(pending)) continue;
      const services = heldLocks.filter(({ appId }) => appId === app.id).map(({ service }) => service);
      const isForced = [...this.#pending.values()].some((one) => one.force && one.action.app?.id === app.id);
      if (isForced && services.length > 0) this.#fail(pending, new UpdatesLockedError(services));
    }
  }

  /** The requests that the next plan includes. */
  requests(): ClientRequests {
    const containers = new Map<string, ContainerRequest>();
    const purge = new Set<string>();
    const force = new Set<number>();
    const unfinished = new Set<string>();
    for (const pending of this.#pending.values()) {
      const { action } = pending;
      for (const id of pending.containers) containers.set(id, pending.request);
      for (const volume of pending.volumes) purge.add(volume);
      if (action.app === null) continue;
      if (pending.force) force.add(action.app.id);
      if (!this.#hasBegun(pending)) continue;
      for (const service of pending.services) {
        if (this.#isToRun(action, service)) unfinished.add(serviceKey(action.app.id, service));
      }
    }
    return { running: wantedRunning(this.#options.session()), containers, purge, force, unfinished };
  }

  /** Apps whose update locks may be taken by force for all that a plan does to them: emptying volumes replaces every service. */
  forcedApps(): ReadonlySet<number> {
    const purges = [...this.#pending.values()].filter(({ force, action }) => force && action.kind === 'purge');
    return new Set(purges.flatMap(({ action }) => action.app?.id ?? []));
  }

  /** Ends the actions that are done as the snapshot shows, and those that the plan says cannot be done now. */
  onPlan({ plan, snapshot, busyApps }: PlanOutcome): void {
    for (const pending of this.#pending.values()) {
      const { action } = pending;
      const isBusy = action.app !== null && busyApps.has(action.app.id);
      // A container that does not run now may be about to start.
      const isSettled = action.kind !== 'stop' || !isBusy;
      if (isSettled && pending.isDone(snapshot, (service) => this.#isToRun(action, service))) {
        this.#pending.delete(pending.id);
        pending.resolve();
        this.#options.onEnded(pending.id, 'done');
        continue;
      }
      if (!pending.isPrepared || isBusy) continue;
      const obstacle = this.#findObstacle(pending, plan);
      if (obstacle !== null) this.#fail(pending, obstacle);
    }
  }

  /** Takes note that an operation begins. */
  onStart(operation: Operation): void {
    if (!TOUCHING.has(operation.kind)) return;
    for (const pending of this.#pending.values()) {
      if (pending.isPrepared && isPartOf(pending, operation)) this.#options.onBegun(pending.id);
    }
  }

  /** Takes note of what was done, and ends the actions that cannot be. */
  onResult(operation: Operation, result: OperationResult): void {
    for (const pending of this.#pending.values()) {
      if (result.status === 'done') pending.record(operation);
      const failure = failureOf(pending, operation, result);
      if (failure !== null) this.#fail(pending, failure);
    }
  }

  reject(id: number, error: Error): void {
    const pending = this.#pending.get(id);
    if (pending !== undefined) this.#fail(pending, error);
  }

  rejectAll(error: Error): void {
    for (const pending of this.#pending.values()) this.#fail(pending, error);
  }

  #fail(pending: PendingAction, error: Error): void {
    this.#pending.delete(pending.id);
    pending.reject(error);
    this.#options.onEnded(pending.id, 'failed');
  }

  #hasBegun({ id }: PendingAction): boolean {
    return this.#options.session().actions.get(id)?.begun ?? false;
  }

  #isToRun({ app }: ClientAction, service: string): boolean {
    if (app === null) return false;
    const session = this.#options.session();
    const wish = wantedRunning(session).get(serviceKey(app.id, service));
    const wanted = targetOf(session.target, app.id, service);
    return wanted !== null && (wish ?? wanted.running);
  }

  /** Why a plan cannot do it now; everything else that a plan waits for comes by itself. */
  #findObstacle(pending: PendingAction, { operations, blocked }: Plan): Error | null {
    const { action } = pending;
    const locked = blocked.filter(({ appId, reason }) => appId === action.app?.id && reason === 'locked');
    // A container is started without them.
    if (locked.length > 0 && action.kind !== 'start')
      return new UpdatesLockedError(locked.flatMap(({ service }) => service ?? []));
    // While the update of its app is cancelled, nothing but what is planned now will come of it.
    const isAsItIs = action.kind !== 'purge' || this.#hasBegun(pending);
    const waitsForUpdate = !isAsItIs || !operations.some((operation) => isPartOf(pending, operation));
    const obstacle = blocked.find(
      ({ appId, service, reason }) =>
        (OBSTACLES.has(reason) || (reason === 'cancelled' && waitsForUpdate)) && pending.concerns(appId, service),
    );
    return obstacle === undefined ? null : new ActionFailedError(obstacle.message);
  }
}

const OBSTACLES: ReadonlySet<Blocked['reason']> = new Set(['backoff', 'invalid', 'name-taken', 'disk-space', 'fault']);

/** Operations that change a container or a volume: an action that has begun one of them is finished. */
const TOUCHING: ReadonlySet<OperationKind> = new Set([
  'stop-container',
  'remove-container',
  'rename-container',
  'create-container',
  'start-container',
  'remove-volume',
]);

function isPartOf(pending: PendingAction, operation: Operation): boolean {
  if (operation.kind === 'remove-volume' && pending.volumes.has(operation.name)) return true;
  return pending.concerns(operation.appId, operation.service);
}

function failureOf(pending: PendingAction, operation: Operation, result: OperationResult): Error | null {
  if (!pending.isPrepared || operation.kind === 'pull-image' || !isPartOf(pending, operation)) return null;
  switch (result.status) {
    case 'failed':
      return new ActionFailedError(formatError(result.error), result.error);
    case 'locked':
      // The next plan knows of the lock, and takes it by force.
      return pending.force ? null : new UpdatesLockedError(result.holders.map(({ service }) => service));
    case 'done':
    case 'skipped':
    case 'cancelled':
      return null;
  }
}

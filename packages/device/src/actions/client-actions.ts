import {
  serviceKey,
  type Blocked,
  type ClientRequests,
  type ContainerRequest,
  type EngineSnapshot,
  type Operation,
  type OperationResult,
  type Plan,
} from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';
import { ActionCancelledError, ActionFailedError, UpdatesLockedError } from '../errors.ts';
import type { ClientAction } from './client-action.ts';
import { PendingAction } from './pending-action.ts';

/** What clients asked for and what is not done yet, and the services that they stopped or started for good. */
export class ClientActions {
  readonly #pending = new Map<PendingAction, { readonly undo: () => void }>();
  readonly #running = new Map<string, Wish>();
  readonly #failed = new WeakSet<PendingAction>();

  /** Resolves when it is done. @throws UpdatesLockedError, ActionFailedError, ActionCancelledError */
  begin(action: ClientAction, force: boolean): Promise<void> {
    const pending = new PendingAction(action, force);
    this.#pending.set(pending, { undo: this.#setRunning(pending) });
    return pending.finished;
  }

  /** Looks up what the actions are to be done to. To be called before each plan. */
  prepare(snapshot: EngineSnapshot): void {
    for (const pending of this.#pending.keys()) pending.prepare(snapshot);
  }

  /** What the next plan has to heed. */
  requests(): ClientRequests {
    const containers = new Map<string, ContainerRequest>();
    const purge = new Set<string>();
    for (const pending of this.#pending.keys()) {
      for (const id of pending.containers) containers.set(id, pending.request);
      for (const volume of pending.volumes) purge.add(volume);
    }
    const running = new Map([...this.#running].map(([key, { value }]) => [key, value] as const));
    return { running, containers, purge };
  }

  /** Apps whose update locks may be taken from services that hold them. */
  forcedApps(): ReadonlySet<number> {
    const forced = [...this.#pending.keys()].filter(({ force }) => force);
    return new Set(forced.flatMap(({ action }) => action.app?.id ?? []));
  }

  /** Ends the actions that are done as the snapshot shows, and those that the plan says cannot be done now. */
  onPlan({ blocked }: Plan, snapshot: EngineSnapshot): void {
    for (const pending of this.#pending.keys()) {
      const { action } = pending;
      if (this.#isOverruled(action)) {
        this.#pending.delete(pending);
        pending.reject(new ActionCancelledError('the opposite was asked for since'));
        continue;
      }
      const wantsToRun = (service: string): boolean =>
        action.app !== null &&
        (this.#running.get(serviceKey(action.app.id, service))?.value ??
          action.app.release?.services[service]?.running ??
          false);
      if (pending.isDone(snapshot, wantsToRun)) {
        this.#pending.delete(pending);
        pending.resolve();
        continue;
      }
      if (!pending.isPrepared) continue;
      const obstacle = findObstacle(pending, blocked);
      if (obstacle !== null) this.#fail(pending, obstacle);
    }
  }

  /** Takes note of what was done, and ends the actions that cannot be. */
  onResult(operation: Operation, result: OperationResult): void {
    for (const pending of this.#pending.keys()) {
      if (result.status === 'done') pending.note(operation);
      const failure = failureOf(pending, operation, result);
      if (failure !== null) this.#fail(pending, failure);
    }
  }

  /** Services that clients stopped or started go by the target again. */
  forgetRunning(): void {
    this.#running.clear();
  }

  /** Ends all that is pending. */
  failAll(error: Error): void {
    for (const pending of this.#pending.keys()) this.#fail(pending, error);
  }

  /** It would wait for ever: what it asked for is not wanted any more. */
  #isOverruled({ kind, app, services }: ClientAction): boolean {
    if (kind !== 'stop' && kind !== 'start') return false;
    const wishes = services.map((service) => this.#running.get(serviceKey(app.id, service))?.value);
    return kind === 'stop' ? wishes.some((value) => value !== false) : wishes.includes(false);
  }

  #fail(pending: PendingAction, error: Error): void {
    this.#pending.get(pending)?.undo();
    this.#pending.delete(pending);
    pending.reject(error);
  }

  /** @returns takes it back, where nobody has asked for something else since */
  #setRunning(pending: PendingAction): () => void {
    const { kind, app, services } = pending.action;
    if (app === null || kind === 'purge') return () => undefined;
    const wish: Wish = { value: kind !== 'stop', by: pending };
    const before = services.map((service): [string, Wish | undefined] => {
      const key = serviceKey(app.id, service);
      return [key, this.#running.get(key)];
    });
    for (const [key] of before) this.#running.set(key, wish);
    return () => {
      this.#failed.add(pending);
      for (const [key, earlier] of before) {
        if (this.#running.get(key) !== wish) continue;
        if (earlier === undefined || this.#failed.has(earlier.by)) this.#running.delete(key);
        else this.#running.set(key, earlier);
      }
    };
  }
}

/** Whether a service is to run, as a client's action says. */
interface Wish {
  readonly value: boolean;
  readonly by: PendingAction;
}

/** Why a plan cannot do it now; what else a plan waits for comes by itself. */
function findObstacle(pending: PendingAction, blocked: readonly Blocked[]): Error | null {
  const { action } = pending;
  const locked = blocked.filter(({ appId, reason }) => appId === action.app?.id && reason === 'locked');
  // A container is started without them.
  if (locked.length > 0 && action.kind !== 'start')
    return new UpdatesLockedError(locked.flatMap(({ service }) => service ?? []));
  const obstacle = blocked.find(
    ({ appId, service, reason }) => OBSTACLES.has(reason) && pending.concerns(appId, service),
  );
  return obstacle === undefined ? null : new ActionFailedError(obstacle.message);
}

const OBSTACLES: ReadonlySet<Blocked['reason']> = new Set(['backoff', 'invalid', 'name-taken', 'disk-space']);

function failureOf(pending: PendingAction, operation: Operation, result: OperationResult): Error | null {
  if (!pending.isPrepared || operation.kind === 'pull-image') return null;
  const isVolume = operation.kind === 'remove-volume' && pending.volumes.has(operation.name);
  if (!isVolume && !pending.concerns(operation.appId, operation.service)) return null;
  switch (result.status) {
    case 'failed':
      return new ActionFailedError(formatError(result.error), result.error);
    case 'locked':
      return new UpdatesLockedError(result.holders.map(({ service }) => service));
    case 'done':
    case 'skipped':
    case 'cancelled':
      return null;
  }
}

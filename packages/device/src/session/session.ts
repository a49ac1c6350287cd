import {
  ALL_APPS,
  hasApp,
  isEmptyAppSet,
  NO_APPS,
  serviceKey,
  uniteApps,
  withoutApps,
  type AppSet,
} from '@device-supervisor/compose';
import type { TargetService, TargetState } from '@device-supervisor/state';
import { isDeepStrictEqual } from 'node:util';
import type { ClientAction } from '../actions/client-action.ts';
import { isSameRequest } from './is-same-request.ts';

/** The requests to the device. Immutable: {@link reduce} makes another. */
export interface Session {
  /** `null`: there never was one. */
  readonly target: TargetState | null;
  readonly apply: Apply;
  /** Actions of clients that have not ended, by number, in the order in which they came. */
  readonly actions: ReadonlyMap<number, RequestedAction>;
  /** By service key: whether clients want the service to run. The last one counts. */
  readonly wishes: ReadonlyMap<string, readonly Wish[]>;
  /** How many holders have all update locks (a reboot, a change of the host), or wait for them. */
  readonly lent: number;
  /** How many targets are about to come: nothing of the one before begins any more. */
  readonly announced: number;
}

/**
 * - `idle`: the target is reached, or nothing can be done about what is missing
 * - `applying`: there is something to do for the target
 * - `suspended`: clients cancelled the apply, of all apps or of some, and nothing is to be done for the others. Of those only
 *   actions of clients are carried out, until an update is asked for or the target turns out to be reached
 */
export type Apply =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'applying';
      /** Whose update is not cancelled. */
      readonly apps: AppSet;
      /** Whose update locks may be taken from services: the requests for it said so. */
      readonly force: AppSet;
    }
  | { readonly kind: 'suspended'; readonly apps: AppSet };

export interface RequestedAction {
  readonly action: ClientAction;
  readonly force: boolean;
  /** An operation for it has begun: giving it up would leave a service half way. */
  readonly begun: boolean;
}

export interface Wish {
  readonly running: boolean;
  /** Number of the action that said so. */
  readonly by: number;
}

export type SessionEvent =
  /** Another target is about to come. */
  | { readonly type: 'target-announced' }
  /** It came, as an event of its own, or does not come. */
  | { readonly type: 'announcement-over' }
  | { readonly type: 'target'; readonly target: TargetState | null; readonly force: AppSet }
  | { readonly type: 'update'; readonly apps: AppSet; readonly force: boolean }
  | { readonly type: 'cancel'; readonly apps: AppSet }
  | { readonly type: 'action'; readonly id: number; readonly action: ClientAction; readonly force: boolean }
  | { readonly type: 'action-begun'; readonly id: number }
  | { readonly type: 'action-ended'; readonly id: number; readonly outcome: 'done' | 'failed' }
  /** A plan for the target has operations. */
  | { readonly type: 'work-found' }
  /** Nothing is left to do for the target, and nothing that waits will come by itself. */
  | { readonly type: 'settled' }
  /** The same, but for apps whose update is cancelled. */
  | { readonly type: 'rested' }
  | { readonly type: 'locks-lent' }
  | { readonly type: 'locks-returned' };

/** The effects of an event, for others to carry out. */
export type SessionEffect =
  /** Running operations are finished, and nothing new begins from the plans so far. */
  | { readonly type: 'end-runs'; readonly apps: AppSet }
  /** Downloads for apps whose update is cancelled. */
  | { readonly type: 'end-downloads' }
  /** Failed operations may be retried at once; `repetitions`: only those that succeeded without effect. */
  | { readonly type: 'forgive'; readonly what: 'everything' | 'repetitions' }
  | { readonly type: 'reject'; readonly id: number; readonly reason: 'cancelled' | 'overruled' };

export interface Transition {
  readonly session: Session;
  readonly effects: readonly SessionEffect[];
}

export function startSession(target: TargetState | null): Session {
  return {
    target,
    apply: applyOf(target, NO_APPS),
    actions: new Map(),
    wishes: new Map(),
    lent: 0,
    announced: 0,
  };
}

/** The next session and its effects. Pure; session.test.ts is the table of it. */
export function reduce(session: Session, event: SessionEvent): Transition {
  switch (event.type) {
    case 'target-announced':
      return { session: { ...session, announced: session.announced + 1 }, effects: [END_RUNS] };
    case 'announcement-over':
      return { session: { ...session, announced: Math.max(0, session.announced - 1) }, effects: [] };
    case 'target': {
      const { target, force } = event;
      if (isSameRequest(session.target, target)) {
        // The same target again confirms the request under way, with what that was allowed to do.
        const isEqual = isDeepStrictEqual(session.target, target);
        const confirmed = { ...session, target, apply: confirm(session.apply, target, force) };
        return { session: confirmed, effects: [...(isEqual ? [] : [END_RUNS]), FORGIVE_ALL] };
      }
      const next = { ...session, target, wishes: new Map<string, readonly Wish[]>(), apply: applyOf(target, force) };
      return withoutOverruled(next, [END_RUNS, FORGIVE_ALL]);
    }
    case 'update': {
      const apply = resume(session.apply, event.apps, event.force ? event.apps : NO_APPS);
      return { session: { ...session, apply: session.target === null ? IDLE : apply }, effects: [FORGIVE_ALL] };
    }
    case 'cancel':
      return cancel(session, event.apps);
    case 'action': {
      const { id, action, force } = event;
      const actions = new Map(session.actions).set(id, { action, force, begun: false });
      const wishes = withWishes(session.wishes, id, action);
      return withoutOverruled({ ...session, actions, wishes }, [{ type: 'forgive', what: 'repetitions' }]);
    }
    case 'action-begun': {
      const action = session.actions.get(event.id);
      if (action === undefined || action.begun) return { session, effects: [] };
      const actions = new Map(session.actions).set(event.id, { ...action, begun: true });
      return { session: { ...session, actions }, effects: [] };
    }
    case 'action-ended':
      return { session: withoutAction(session, event.id, event.outcome), effects: [] };
    case 'work-found': {
      const { apply } = session;
      if (apply.kind === 'applying' || isEmptyAppSet(updatedApps(session))) return { session, effects: [] };
      return { session: { ...session, apply: resume(apply, NO_APPS, NO_APPS) }, effects: [] };
    }
    case 'settled':
      return { session: { ...session, apply: IDLE }, effects: [] };
    case 'rested':
      return { session: { ...session, apply: { kind: 'suspended', apps: updatedApps(session) } }, effects: [] };
    case 'locks-lent':
      return { session: { ...session, lent: session.lent + 1 }, effects: [END_RUNS] };
    case 'locks-returned':
      return { session: { ...session, lent: Math.max(0, session.lent - 1) }, effects: [] };
  }
}

/** May anything be begun now? */
export function mayBegin({ target, lent, announced }: Session): boolean {
  return lent === 0 && announced === 0 && target !== null;
}

/** Is the target reached, or can nothing be done about what is missing, and does no client wait? */
export function isAtRest({ target, apply, actions }: Session): boolean {
  return target !== null && apply.kind === 'idle' && actions.size === 0;
}

/** Apps whose update is not cancelled. Of the others only what clients ask for is carried out. */
export function updatedApps({ apply }: Pick<Session, 'apply'>): AppSet {
  return apply.kind === 'idle' ? ALL_APPS : apply.apps;
}

/** Apps whose locks the update under way may take from services. */
export function forcedApps({ apply }: Pick<Session, 'apply'>): AppSet {
  return apply.kind === 'applying' ? apply.force : NO_APPS;
}

/** Is a request under way that may take the locks of the app from its services? */
export function mayForce(session: Session, appId: number): boolean {
  return (
    hasApp(forcedApps(session), appId) ||
    [...session.actions.values()].some(({ force, action }) => force && action.app?.id === appId)
  );
}

/** Whether clients want services to run, by service key. */
export function wantedRunning({ wishes }: Session): ReadonlyMap<string, boolean> {
  return new Map([...wishes].flatMap(([key, all]) => all.slice(-1).map(({ running }) => [key, running] as const)));
}

const IDLE: Apply = { kind: 'idle' };
const END_RUNS = { type: 'end-runs', apps: ALL_APPS } as const;
const FORGIVE_ALL = { type: 'forgive', what: 'everything' } as const;

function applyOf(target: TargetState | null, force: AppSet): Apply {
  return target === null ? IDLE : { kind: 'applying', apps: ALL_APPS, force };
}

/** The same target came again: for the apps that it is forced for, where that is only some, else for all. */
function confirm(apply: Apply, target: TargetState | null, force: AppSet): Apply {
  if (target === null) return IDLE;
  return resume(apply, force.kind === 'only' && !isEmptyAppSet(force) ? force : ALL_APPS, force);
}

/** An update of apps is asked for, besides that of others which is under way. */
function resume(apply: Apply, apps: AppSet, force: AppSet): Apply {
  return {
    kind: 'applying',
    apps: uniteApps(updatedApps({ apply }), apps),
    force: uniteApps(forcedApps({ apply }), force),
  };
}

/** Begun actions are finished, so that no service stays stopped; the others are rejected. */
function cancel(session: Session, apps: AppSet): Transition {
  const isMeant = ({ app }: ClientAction): boolean => (app === null ? apps.kind === 'all-but' : hasApp(apps, app.id));
  const rejected = [...session.actions].filter(([, { begun, action }]) => !begun && isMeant(action)).map(([id]) => id);
  const rest = rejected.reduce((before, id) => withoutAction(before, id, 'failed'), session);
  const rejections = rejected.map((id) => ({ type: 'reject', id, reason: 'cancelled' }) as const);
  const { apply } = session;
  if (apply.kind === 'idle' || isEmptyAppSet(apply.apps)) return { session: rest, effects: rejections };
  const left = withoutApps(apply.apps, apps);
  const isSuspended = apply.kind === 'suspended' || isEmptyAppSet(left);
  const next: Apply = isSuspended
    ? { kind: 'suspended', apps: left }
    : { kind: 'applying', apps: left, force: withoutApps(apply.force, apps) };
  return {
    session: { ...rest, apply: next },
    effects: [{ type: 'end-runs', apps }, { type: 'end-downloads' }, ...rejections],
  };
}

/** Ends actions whose wish has been replaced. */
function withoutOverruled(session: Session, effects: readonly SessionEffect[]): Transition {
  const running = wantedRunning(session);
  const overruled = [...session.actions]
    .filter(([, { action }]) => isOverruled(action, running) || hasLeftTarget(action, session))
    .map(([id]) => id);
  return {
    session: overruled.reduce((before, id) => withoutAction(before, id, 'failed'), session),
    effects: [...effects, ...overruled.map((id) => ({ type: 'reject', id, reason: 'overruled' }) as const)],
  };
}

function isOverruled({ kind, app, services }: ClientAction, running: ReadonlyMap<string, boolean>): boolean {
  if (kind !== 'stop' && kind !== 'start') return false;
  const wishes = services.map((service) => running.get(serviceKey(app.id, service)));
  return kind === 'stop' ? wishes.some((value) => value !== false) : wishes.includes(false);
}

/** Has the target none of its services any more? */
function hasLeftTarget({ app, services }: ClientAction, { target }: Session): boolean {
  return app !== null && services.length > 0 && services.every((service) => targetOf(target, app.id, service) === null);
}

/** A service of the target; `null`: it has none of that name. */
export function targetOf(target: TargetState | null, appId: number, service: string): TargetService | null {
  const app = Object.values(target?.apps ?? {}).find(({ id }) => id === appId);
  const services = app?.release?.services ?? {};
  return Object.hasOwn(services, service) ? (services[service] ?? null) : null;
}

function withWishes(wishes: Session['wishes'], by: number, { kind, app, services }: ClientAction): Session['wishes'] {
  if (app === null || kind === 'purge') return wishes;
  const next = new Map(wishes);
  for (const service of services) {
    const key = serviceKey(app.id, service);
    next.set(key, [...(next.get(key) ?? []), { running: kind !== 'stop', by }]);
  }
  return next;
}

/** A wish that failed gives way to the one before it; one that was fulfilled leaves none before it. */
function withoutAction(session: Session, id: number, outcome: 'done' | 'failed'): Session {
  if (!session.actions.has(id)) return session;
  const actions = new Map(session.actions);
  actions.delete(id);
  const wishes = new Map<string, readonly Wish[]>();
  for (const [key, all] of session.wishes) {
    const place = all.findIndex(({ by }) => by === id);
    const left = place < 0 ? all : outcome === 'done' ? all.slice(place) : all.toSpliced(place, 1);
    if (left.length > 0) wishes.set(key, left);
  }
  return { ...session, actions, wishes };
}

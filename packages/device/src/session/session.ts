import { serviceKey } from '@device-supervisor/compose';
import type { TargetService, TargetState } from '@device-supervisor/state';
import { isDeepStrictEqual } from 'node:util';
import type { ClientAction } from '../actions/client-action.ts';

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
}

/**
 * - `idle`: the target is reached, or nothing can be done about what is missing
 * - `applying`: there is something to do for the target; `force`: the request for it said so
 * - `suspended`: a client cancelled the apply; only actions of clients are carried out, until an update is asked for or the
 *   target turns out to be reached
 */
export type Apply =
  | { readonly kind: 'idle' }
  | { readonly kind: 'applying'; readonly force: boolean }
  | { readonly kind: 'suspended' };

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
  | { readonly type: 'target'; readonly target: TargetState | null; readonly force: boolean }
  | { readonly type: 'update'; readonly force: boolean }
  | { readonly type: 'cancel' }
  | { readonly type: 'action'; readonly id: number; readonly action: ClientAction; readonly force: boolean }
  | { readonly type: 'action-begun'; readonly id: number }
  | { readonly type: 'action-ended'; readonly id: number; readonly outcome: 'done' | 'failed' }
  /** A plan for the target has operations. */
  | { readonly type: 'work-found' }
  /** Nothing is left to do for the target, and nothing that waits will come by itself. */
  | { readonly type: 'settled' }
  | { readonly type: 'locks-lent' }
  | { readonly type: 'locks-returned' };

/** The effects of an event, for others to carry out. */
export type SessionEffect =
  /** Running operations are finished, and nothing new begins from the plans so far. */
  | { readonly type: 'end-runs' }
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
    apply: target === null ? { kind: 'idle' } : { kind: 'applying', force: false },
    actions: new Map(),
    wishes: new Map(),
    lent: 0,
  };
}

/** The next session and its effects. Pure; session.test.ts is the table of it. */
export function reduce(session: Session, event: SessionEvent): Transition {
  switch (event.type) {
    case 'target': {
      const { target, force } = event;
      // The same target again confirms the request under way, with what that was allowed to do.
      if (isDeepStrictEqual(session.target, target)) return reduce(session, { type: 'update', force });
      if (isSameRequest(session.target, target)) {
        const confirmed = { ...session, target, apply: applyOf(target, force || forcesTarget(session)) };
        return { session: confirmed, effects: [{ type: 'end-runs' }, FORGIVE_ALL] };
      }
      const next = { ...session, target, wishes: new Map<string, readonly Wish[]>(), apply: applyOf(target, force) };
      return withoutOverruled(next, [{ type: 'end-runs' }, FORGIVE_ALL]);
    }
    case 'update': {
      const forced = event.force || forcesTarget(session);
      return { session: { ...session, apply: applyOf(session.target, forced) }, effects: [FORGIVE_ALL] };
    }
    case 'cancel':
      return cancel(session);
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
    case 'work-found':
      if (session.apply.kind !== 'idle') return { session, effects: [] };
      return { session: { ...session, apply: { kind: 'applying', force: false } }, effects: [] };
    case 'settled':
      return { session: { ...session, apply: { kind: 'idle' } }, effects: [] };
    case 'locks-lent':
      return { session: { ...session, lent: session.lent + 1 }, effects: [{ type: 'end-runs' }] };
    case 'locks-returned':
      return { session: { ...session, lent: Math.max(0, session.lent - 1) }, effects: [] };
  }
}

/**
 * - `target`: the target, and what clients asked for
 * - `actions`: what clients asked for, and nothing else
 * - `nothing`: not even that
 */
export type Scope = 'target' | 'actions' | 'nothing';

/** The scope of the next plan. */
export function scopeOf({ target, apply, lent }: Session): Scope {
  if (lent > 0 || target === null) return 'nothing';
  return apply.kind === 'suspended' ? 'actions' : 'target';
}

/** May the update under way take locks that services hold? */
export function forcesTarget({ apply }: Session): boolean {
  return apply.kind === 'applying' && apply.force;
}

/** Is a request under way that may take the locks of the app from its services? */
export function mayForce(session: Session, appId: number): boolean {
  return (
    forcesTarget(session) ||
    [...session.actions.values()].some(({ force, action }) => force && action.app?.id === appId)
  );
}

/** Whether clients want services to run, by service key. */
export function wantedRunning({ wishes }: Session): ReadonlyMap<string, boolean> {
  return new Map([...wishes].flatMap(([key, all]) => all.slice(-1).map(({ running }) => [key, running] as const)));
}

const FORGIVE_ALL = { type: 'forgive', what: 'everything' } as const;

/** Whether two targets differ at most in the contents that the names of their images stand for. */
function isSameRequest(a: TargetState | null, b: TargetState | null): boolean {
  return isDeepStrictEqual(withoutContents(a), withoutContents(b));
}

function withoutContents(target: TargetState | null): unknown {
  return target === null
    ? null
    : JSON.parse(JSON.stringify(target, (key, value: unknown) => (key === 'contentId' ? undefined : value)));
}

function applyOf(target: TargetState | null, force: boolean): Apply {
  return target === null ? { kind: 'idle' } : { kind: 'applying', force };
}

/** Begun actions are finished, so that no service stays stopped; the others are rejected. */
function cancel(session: Session): Transition {
  const rejected = [...session.actions].filter(([, { begun }]) => !begun).map(([id]) => id);
  const rest = rejected.reduce((before, id) => withoutAction(before, id, 'failed'), session);
  const rejections = rejected.map((id) => ({ type: 'reject', id, reason: 'cancelled' }) as const);
  if (session.apply.kind !== 'applying') return { session: rest, effects: rejections };
  return {
    session: { ...rest, apply: { kind: 'suspended' } },
    effects: [{ type: 'end-runs' }, { type: 'end-downloads' }, ...rejections],
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

import { ALL_APPS, isEmptyAppSet, NO_APPS, onlyApps, withoutApps, type AppSet } from '@device-supervisor/compose';
import { testTarget } from '@device-supervisor/compose/testing';
import { describe, expect, it } from 'vitest';
import type { ClientAction } from '../actions/client-action.ts';
import {
  mayBegin,
  mayForce,
  reduce,
  startSession,
  updatedApps,
  wantedRunning,
  type Apply,
  type Session,
  type SessionEffect,
  type SessionEvent,
} from './session.ts';

const ONE = testTarget({ services: { web: {}, db: {} } });
const TWO = testTarget({ commit: 'c2', services: { web: {}, db: {} } });
const [APP] = Object.values(ONE.apps);
if (APP === undefined) throw new Error('the target has no app');

const IDLE: Apply = { kind: 'idle' };
const PLAIN: Apply = { kind: 'applying', apps: ALL_APPS, force: NO_APPS };
const FORCED: Apply = { kind: 'applying', apps: ALL_APPS, force: ALL_APPS };
const SUSPENDED: Apply = { kind: 'suspended', apps: NO_APPS };
const END_RUNS: SessionEffect = { type: 'end-runs', apps: ALL_APPS };
const END_DOWNLOADS: SessionEffect = { type: 'end-downloads' };
const CANCEL: SessionEvent = { type: 'cancel', apps: ALL_APPS };
const ANNOUNCED: SessionEvent = { type: 'target-announced' };
const OVER: SessionEvent = { type: 'announcement-over' };
const FORGIVE: SessionEffect = { type: 'forgive', what: 'everything' };

const RESTART: ClientAction = { kind: 'restart', app: APP, services: ['web'] };
const STOP: ClientAction = { kind: 'stop', app: APP, services: ['web'] };
const START: ClientAction = { kind: 'start', app: APP, services: ['web'] };

function session(apply: Apply, ...events: readonly SessionEvent[]): Session {
  return events.reduce((before, event) => reduce(before, event).session, { ...startSession(ONE), apply });
}

function ask(id: number, action: ClientAction, force: boolean = false): SessionEvent {
  return { type: 'action', id, action, force };
}

/** Each row: an event, and for each kind of apply what it becomes and what is done. */
const TABLE: readonly (readonly [
  string,
  SessionEvent,
  readonly (readonly [Apply, Apply, readonly SessionEffect[]])[],
])[] = [
  [
    'another target',
    { type: 'target', target: TWO, force: NO_APPS },
    [
      [IDLE, PLAIN, [END_RUNS, FORGIVE]],
      [PLAIN, PLAIN, [END_RUNS, FORGIVE]],
      [FORCED, PLAIN, [END_RUNS, FORGIVE]],
      [SUSPENDED, PLAIN, [END_RUNS, FORGIVE]],
    ],
  ],
  [
    'another target with force',
    { type: 'target', target: TWO, force: ALL_APPS },
    [
      [IDLE, FORCED, [END_RUNS, FORGIVE]],
      [PLAIN, FORCED, [END_RUNS, FORGIVE]],
      [FORCED, FORCED, [END_RUNS, FORGIVE]],
      [SUSPENDED, FORCED, [END_RUNS, FORGIVE]],
    ],
  ],
  [
    'the same target',
    { type: 'target', target: structuredClone(ONE), force: NO_APPS },
    [
      [IDLE, PLAIN, [FORGIVE]],
      [PLAIN, PLAIN, [FORGIVE]],
      [FORCED, FORCED, [FORGIVE]],
      [SUSPENDED, PLAIN, [FORGIVE]],
    ],
  ],
  [
    'the same target with force',
    { type: 'target', target: structuredClone(ONE), force: ALL_APPS },
    [
      [IDLE, FORCED, [FORGIVE]],
      [PLAIN, FORCED, [FORGIVE]],
      [FORCED, FORCED, [FORGIVE]],
      [SUSPENDED, FORCED, [FORGIVE]],
    ],
  ],
  [
    'update',
    { type: 'update', apps: ALL_APPS, force: false },
    [
      [IDLE, PLAIN, [FORGIVE]],
      [PLAIN, PLAIN, [FORGIVE]],
      [FORCED, FORCED, [FORGIVE]],
      [SUSPENDED, PLAIN, [FORGIVE]],
    ],
  ],
  [
    'cancel',
    CANCEL,
    [
      [IDLE, IDLE, []],
      [PLAIN, SUSPENDED, [END_RUNS, END_DOWNLOADS]],
      [FORCED, SUSPENDED, [END_RUNS, END_DOWNLOADS]],
      [SUSPENDED, SUSPENDED, []],
    ],
  ],
  [
    'an action',
    ask(1, RESTART),
    [
      [IDLE, IDLE, [{ type: 'forgive', what: 'repetitions' }]],
      [PLAIN, PLAIN, [{ type: 'forgive', what: 'repetitions' }]],
      [FORCED, FORCED, [{ type: 'forgive', what: 'repetitions' }]],
      [SUSPENDED, SUSPENDED, [{ type: 'forgive', what: 'repetitions' }]],
    ],
  ],
  [
    'work was found',
    { type: 'work-found' },
    [
      [IDLE, PLAIN, []],
      [PLAIN, PLAIN, []],
      [FORCED, FORCED, []],
      [SUSPENDED, SUSPENDED, []],
    ],
  ],
  [
    'nothing is left to do',
    { type: 'settled' },
    [
      [IDLE, IDLE, []],
      [PLAIN, IDLE, []],
      [FORCED, IDLE, []],
      [SUSPENDED, IDLE, []],
    ],
  ],
  [
    'a caller takes all locks',
    { type: 'locks-lent' },
    [
      [IDLE, IDLE, [END_RUNS]],
      [PLAIN, PLAIN, [END_RUNS]],
      [FORCED, FORCED, [END_RUNS]],
      [SUSPENDED, SUSPENDED, [END_RUNS]],
    ],
  ],
];

function nameOf(apply: Apply): string {
  return apply.kind === 'applying' && !isEmptyAppSet(apply.force) ? 'applying by force' : apply.kind;
}

describe.each(TABLE)('%s', (_, event, rows) => {
  it.each(rows.map(([from, to, effects]) => ({ from, to, effects, name: `${nameOf(from)} → ${nameOf(to)}` })))(
    '$name',
    ({ from, to, effects }) => {
      const transition = reduce(session(from), event);
      expect(transition.session.apply).toEqual(to);
      expect(transition.effects).toEqual(effects);
    },
  );
});

describe('what may be done', () => {
  it.each([
    ['idle', session(IDLE), true, ALL_APPS],
    ['applying', session(PLAIN), true, ALL_APPS],
    ['suspended', session(SUSPENDED), true, NO_APPS],
    ['suspended while all locks are lent', session(SUSPENDED, { type: 'locks-lent' }), false, NO_APPS],
    ['without a target', startSession(null), false, ALL_APPS],
    ['while all locks are lent', session(PLAIN, { type: 'locks-lent' }), false, ALL_APPS],
    ['after they came back', session(PLAIN, { type: 'locks-lent' }, { type: 'locks-returned' }), true, ALL_APPS],
    ['while a target is about to come', session(PLAIN, ANNOUNCED), false, ALL_APPS],
    ['while one of two is', session(PLAIN, ANNOUNCED, ANNOUNCED, OVER), false, ALL_APPS],
    ['after it came', session(PLAIN, ANNOUNCED, OVER), true, ALL_APPS],
  ])('%s', (_, given, ...expected) => {
    expect([mayBegin(given), updatedApps(given)]).toEqual(expected);
  });
});

describe('requests about one app', () => {
  const [MINE, OTHERS] = [onlyApps([1]), withoutApps(ALL_APPS, onlyApps([1]))];
  const cancelMine: SessionEvent = { type: 'cancel', apps: MINE };
  const cancelOther: SessionEvent = { type: 'cancel', apps: onlyApps([2]) };
  const updateMine = (force: boolean): SessionEvent => ({ type: 'update', apps: MINE, force });

  it('a cancel ends the update of the app alone, and its force', () => {
    const { session: after, effects } = reduce(session(FORCED), cancelMine);
    expect(after.apply).toEqual({ kind: 'applying', apps: OTHERS, force: OTHERS });
    expect(effects).toEqual([{ type: 'end-runs', apps: MINE }, END_DOWNLOADS]);
    expect([mayForce(after, 1), mayForce(after, 2)]).toEqual([false, true]);
  });

  it('a cancel of another app while only that one is left ends what runs of it', () => {
    const rested = session(PLAIN, cancelMine, { type: 'rested' });
    const { session: after, effects } = reduce(rested, cancelOther);
    expect(after.apply).toEqual({ kind: 'suspended', apps: withoutApps(OTHERS, onlyApps([2])) });
    expect(effects).toEqual([{ type: 'end-runs', apps: onlyApps([2]) }, END_DOWNLOADS]);
  });

  it('a cancel rejects actions of the app alone', () => {
    const other = { ...APP, id: 2 };
    const both = testTarget({ services: { web: {} } }, { services: { web: {} } });
    const asked = [ask(1, RESTART), ask(2, { ...RESTART, app: other })];
    const before = asked.reduce((state, event) => reduce(state, event).session, startSession(both));
    expect(reduce(before, cancelMine).effects).toContainEqual({ type: 'reject', id: 1, reason: 'cancelled' });
    expect([...reduce(before, cancelMine).session.actions.keys()]).toEqual([2]);
  });

  it('a cancelled app stays so when the others have settled, and force has ended then', () => {
    const rested = session(FORCED, cancelMine, { type: 'rested' });
    expect(rested.apply).toEqual({ kind: 'suspended', apps: OTHERS });
    expect(session(rested.apply, { type: 'work-found' }).apply).toEqual({
      kind: 'applying',
      apps: OTHERS,
      force: NO_APPS,
    });
  });

  it.each([
    ['is for the app alone', session(PLAIN, updateMine(true)), [true, false]],
    ['is not in an update without it', session(PLAIN, updateMine(false)), [false, false]],
    ['takes none from others', session(FORCED, updateMine(false)), [true, true]],
    ['is for the app alone in a target that comes again', session(PLAIN, again(MINE)), [true, false]],
    ['ends with a cancel of the app', session(PLAIN, updateMine(true), cancelMine), [false, false]],
    ['stays with a cancel of another app', session(PLAIN, updateMine(true), cancelOther), [true, false]],
    [
      'of an update of all does not come back with a resumed app',
      session(FORCED, cancelMine, updateMine(false)),
      [false, true],
    ],
  ])('force %s', (_, given, expected) => {
    expect([mayForce(given, 1), mayForce(given, 2)]).toEqual(expected);
  });

  it.each([
    ['an update of it', updateMine(false), MINE],
    ['its force in a target that comes again', again(MINE), MINE],
    ['an update of all', { type: 'update', apps: ALL_APPS, force: false } as const, ALL_APPS],
    ['the same target', again(NO_APPS), ALL_APPS],
  ])('a cancelled device goes on with the app after %s', (_, event, apps) => {
    expect(session(SUSPENDED, event).apply).toMatchObject({ kind: 'applying', apps });
  });

  function again(force: AppSet): SessionEvent {
    return { type: 'target', target: structuredClone(ONE), force };
  }
});

function end(id: number, outcome: 'done' | 'failed' = 'done'): SessionEvent {
  return { type: 'action-ended', id, outcome };
}

describe('force', () => {
  it.each([
    ['of an update is for every app', session(FORCED), [true, true]],
    ['of an update ends when it is cancelled', session(FORCED, CANCEL), [false, false]],
    ['of an update ends when it settles', session(FORCED, { type: 'settled' }), [false, false]],
    ['of an action is for its app', session(PLAIN, ask(1, RESTART, true)), [true, false]],
    ['of an action ends with it', session(PLAIN, ask(1, RESTART, true), end(1)), [false, false]],
    ['of an action ends when it fails', session(PLAIN, ask(1, RESTART, true), end(1, 'failed')), [false, false]],
    ['is not in an action without it', session(PLAIN, ask(1, RESTART)), [false, false]],
  ])('%s', (_, given, expected) => {
    expect([mayForce(given, 1), mayForce(given, 2)]).toEqual(expected);
  });
});

it('the same target with other contents of its images confirms the request under way', () => {
  const pinned = structuredClone(ONE);
  for (const app of Object.values(pinned.apps)) {
    for (const service of Object.values(app.release?.services ?? {})) service.contentId = 'sha256:1';
  }
  const before = session(FORCED, ask(1, STOP), end(1));
  const { session: after, effects } = reduce(before, { type: 'target', target: pinned, force: NO_APPS });
  expect(after).toMatchObject({ target: pinned, apply: FORCED });
  expect([...wantedRunning(after).values()]).toEqual([false]);
  expect(effects).toEqual([END_RUNS, FORGIVE]);
});

it('a target with another variable is another request, whatever the name of it', () => {
  const changed = structuredClone(ONE);
  for (const app of Object.values(changed.apps)) {
    for (const service of Object.values(app.release?.services ?? {})) service.environment = { contentId: 'other' };
  }
  const before = session(FORCED, ask(1, STOP), end(1));
  const { session: after } = reduce(before, { type: 'target', target: changed, force: NO_APPS });
  expect(after.wishes.size).toBe(0);
  expect(mayForce(after, 1)).toBe(false);
});

describe('a cancel', () => {
  it('rejects actions that have not begun, and lets the others be finished', () => {
    const before = session(PLAIN, ask(1, RESTART), ask(2, STOP), { type: 'action-begun', id: 1 });
    const { session: after, effects } = reduce(before, CANCEL);
    expect(effects).toContainEqual({ type: 'reject', id: 2, reason: 'cancelled' });
    expect([...after.actions.keys()]).toEqual([1]);
    expect(wantedRunning(after)).toEqual(new Map([['1/web', true]]));
  });
});

describe('what clients want to run', () => {
  const rows: [string, SessionEvent[], boolean[], number[]][] = [
    ['the last one counts', [ask(1, STOP), ask(2, START)], [true], [2]],
    ['a wish that failed leaves the one before', [ask(1, STOP), end(1), ask(2, START), end(2, 'failed')], [false], []],
    ['two that failed leave none', [ask(1, STOP), ask(2, STOP), end(2, 'failed'), end(1, 'failed')], [], []],
    ['a wish stays after its action was done', [ask(1, STOP), end(1)], [false], []],
    ['another target ends it', [ask(1, STOP), end(1), { type: 'target', target: TWO, force: NO_APPS }], [], []],
    ['another target ends a stop under way', [ask(1, STOP), { type: 'target', target: TWO, force: NO_APPS }], [], []],
  ];
  it.each(rows.map(([name, events, running, left]) => ({ name, events, running, left })))(
    '$name',
    ({ events, running, left }) => {
      const after = session(PLAIN, ...events);
      expect([...wantedRunning(after).values()]).toEqual(running);
      expect([...after.actions.keys()]).toEqual(left);
    },
  );

  it('rejects an action on a service that the target has no more', () => {
    const without = testTarget({ services: { db: {} } });
    const { effects } = reduce(session(PLAIN, ask(1, RESTART)), { type: 'target', target: without, force: NO_APPS });
    expect(effects).toContainEqual({ type: 'reject', id: 1, reason: 'overruled' });
  });

  it('rejects an action that the opposite overrules', () => {
    const { effects } = reduce(session(PLAIN, ask(1, STOP)), ask(2, START));
    expect(effects).toContainEqual({ type: 'reject', id: 1, reason: 'overruled' });
  });
});

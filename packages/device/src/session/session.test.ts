import { testTarget } from '@device-supervisor/compose/testing';
import { describe, expect, it } from 'vitest';
import type { ClientAction } from '../actions/client-action.ts';
import {
  mayForce,
  reduce,
  scopeOf,
  startSession,
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
const PLAIN: Apply = { kind: 'applying', force: false };
const FORCED: Apply = { kind: 'applying', force: true };
const SUSPENDED: Apply = { kind: 'suspended' };
const END_RUNS: SessionEffect = { type: 'end-runs' };
const END_DOWNLOADS: SessionEffect = { type: 'end-downloads' };
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
    { type: 'target', target: TWO, force: false },
    [
      [IDLE, PLAIN, [END_RUNS, FORGIVE]],
      [PLAIN, PLAIN, [END_RUNS, FORGIVE]],
      [FORCED, PLAIN, [END_RUNS, FORGIVE]],
      [SUSPENDED, PLAIN, [END_RUNS, FORGIVE]],
    ],
  ],
  [
    'another target with force',
    { type: 'target', target: TWO, force: true },
    [
      [IDLE, FORCED, [END_RUNS, FORGIVE]],
      [PLAIN, FORCED, [END_RUNS, FORGIVE]],
      [FORCED, FORCED, [END_RUNS, FORGIVE]],
      [SUSPENDED, FORCED, [END_RUNS, FORGIVE]],
    ],
  ],
  [
    'the same target',
    { type: 'target', target: structuredClone(ONE), force: false },
    [
      [IDLE, PLAIN, [FORGIVE]],
      [PLAIN, PLAIN, [FORGIVE]],
      [FORCED, FORCED, [FORGIVE]],
      [SUSPENDED, PLAIN, [FORGIVE]],
    ],
  ],
  [
    'the same target with force',
    { type: 'target', target: structuredClone(ONE), force: true },
    [
      [IDLE, FORCED, [FORGIVE]],
      [PLAIN, FORCED, [FORGIVE]],
      [FORCED, FORCED, [FORGIVE]],
      [SUSPENDED, FORCED, [FORGIVE]],
    ],
  ],
  [
    'update',
    { type: 'update', force: false },
    [
      [IDLE, PLAIN, [FORGIVE]],
      [PLAIN, PLAIN, [FORGIVE]],
      [FORCED, FORCED, [FORGIVE]],
      [SUSPENDED, PLAIN, [FORGIVE]],
    ],
  ],
  [
    'cancel',
    { type: 'cancel' },
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
  return apply.kind === 'applying' && apply.force ? 'applying by force' : apply.kind;
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
    ['idle', session(IDLE), 'target'],
    ['applying', session(PLAIN), 'target'],
    ['suspended', session(SUSPENDED), 'actions'],
    ['suspended while all locks are lent', session(SUSPENDED, { type: 'locks-lent' }), 'nothing'],
    ['without a target', startSession(null), 'nothing'],
    ['while all locks are lent', session(PLAIN, { type: 'locks-lent' }), 'nothing'],
    ['after they came back', session(PLAIN, { type: 'locks-lent' }, { type: 'locks-returned' }), 'target'],
  ])('%s', (_, given, scope) => {
    expect(scopeOf(given)).toBe(scope);
  });
});

function end(id: number, outcome: 'done' | 'failed' = 'done'): SessionEvent {
  return { type: 'action-ended', id, outcome };
}

describe('force', () => {
  it.each([
    ['of an update is for every app', session(FORCED), [true, true]],
    ['of an update ends when it is cancelled', session(FORCED, { type: 'cancel' }), [false, false]],
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
  const { session: after, effects } = reduce(before, { type: 'target', target: pinned, force: false });
  expect(after).toMatchObject({ target: pinned, apply: FORCED });
  expect([...wantedRunning(after).values()]).toEqual([false]);
  expect(effects).toEqual([END_RUNS, FORGIVE]);
});

describe('a cancel', () => {
  it('rejects actions that have not begun, and lets the others be finished', () => {
    const before = session(PLAIN, ask(1, RESTART), ask(2, STOP), { type: 'action-begun', id: 1 });
    const { session: after, effects } = reduce(before, { type: 'cancel' });
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
    ['another target ends it', [ask(1, STOP), end(1), { type: 'target', target: TWO, force: false }], [], []],
    ['another target ends a stop under way', [ask(1, STOP), { type: 'target', target: TWO, force: false }], [], []],
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
    const { effects } = reduce(session(PLAIN, ask(1, RESTART)), { type: 'target', target: without, force: false });
    expect(effects).toContainEqual({ type: 'reject', id: 1, reason: 'overruled' });
  });

  it('rejects an action that the opposite overrules', () => {
    const { effects } = reduce(session(PLAIN, ask(1, STOP)), ask(2, START));
    expect(effects).toContainEqual({ type: 'reject', id: 1, reason: 'overruled' });
  });
});

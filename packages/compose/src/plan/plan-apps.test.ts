import { describe, expect, it } from 'vitest';
import { ALL_APPS, onlyApps, withoutApps } from '../app-set.ts';
import { reachedSnapshot, testImage, testTarget, type TestPlanInput } from '../testing/fixtures.ts';
import { printPlan } from '../testing/print-plan.ts';

describe('what one app waits for', () => {
  const from = testTarget({ services: { web: {} } }, { services: { db: {} } });
  const snapshot = { ...reachedSnapshot(from), images: ['web:1', 'db:1', 'db:2'].map(testImage) };

  it.each<{ what: string; web: object; input?: TestPlanInput; blocked: string }>([
    {
      what: 'an image that cannot be had',
      web: { image: 'web:2' },
      input: { policy: { paused: new Map([['pull-image web:2', 'not found; next try in 1 s']]) } },
      blocked: 'app 1 service web (backoff): not found; next try in 1 s',
    },
    {
      what: 'an update lock',
      web: { environment: { A: '1' } },
      input: { heldLocks: [{ appId: 1, service: 'web' }] },
      blocked: 'app 1 service web (locked): the service holds its update lock',
    },
    {
      what: 'another target, as this one is wrong',
      web: { composition: { restart: 'sometimes' } },
      blocked:
        "app 1 service web (invalid): restart: 'sometimes' is not one of no, always, unless-stopped, on-failure, on-failure:<retries>",
    },
    {
      what: 'a device that is fit for it',
      web: { contract: { type: 'sw.container', requires: [{ type: 'sw.supervisor', version: '>=99' }] } },
      blocked: 'app 1 (contract): web: sw.supervisor >=99 is required, and the device has 17.0.0',
    },
  ])('holds up no other: $what', ({ web, input, blocked }) => {
    const to = testTarget({ commit: 'c2', services: { web } }, { commit: 'c2', services: { db: { image: 'db:2' } } });
    expect(printPlan(to, snapshot, input)).toBe(
      [
        'acquire-locks 2: to stop db',
        'create-container db_101_1_c2: image db:1 → db:2 [after acquire-locks 2]',
        'stop-container db_101_1_c1: image db:1 → db:2 [after acquire-locks 2, create-container db_101_1_c2]',
        'start-container db_101_1_c2: image db:1 → db:2 [after create-container db_101_1_c2, stop-container db_101_1_c1]',
        'remove-container db_101_1_c1: image db:1 → db:2 [after stop-container db_101_1_c1, start-container db_101_1_c2]',
        'release-locks 2: done [after remove-container db_101_1_c1]',
        `blocked ${blocked}`,
      ].join('\n'),
    );
  });
});

describe('an app whose new target cannot be read', () => {
  const from = testTarget({ services: { web: {} }, volumes: { data: {} } }, { services: { db: {} } });
  const { snapshot, apps } = { snapshot: reachedSnapshot(from), apps: Object.entries(from.apps) };
  const [odd = '', last] = apps[0] ?? [];
  const unread = [{ part: 'app' as const, key: odd, faults: [{ path: 'apps.x.id', message: 'must be a number' }] }];
  const blocked = (app: string) =>
    `blocked ${app} (unreadable): the new target of app ${odd} cannot be read, and the last good one stays: apps.x.id: must be a number`;

  it('goes on with its last good one', () => {
    expect(printPlan({ ...from, unread }, snapshot)).toBe(blocked(`app ${last?.id}`));
  });

  it('keeps containers, networks and volumes where no last good one is known', () => {
    const target = { ...from, apps: Object.fromEntries(apps.slice(1)), unread };
    expect(printPlan(target, snapshot)).toBe(blocked('device'));
  });
});

describe('apps of which only some are updated', () => {
  const both = testTarget({ services: { web: {} } }, { services: { web: {} } });
  const next = testTarget({ commit: 'c2', services: { web: {} } }, { commit: 'c2', services: { web: {} } });
  const snapshot = reachedSnapshot(both);
  const cancelled = (appId: number): string =>
    `blocked app ${appId} (cancelled): its update was cancelled, and waits until an update is requested`;

  it.each([
    ['all but one', withoutApps(ALL_APPS, onlyApps([1]))],
    ['only one', onlyApps([2])],
  ])('are planned without the others: %s', (_, updates) => {
    const text = printPlan(next, snapshot, { policy: { updates } });
    expect(text).not.toContain('locks 1');
    expect(text).toContain('acquire-locks 2');
    expect(text).toContain(cancelled(1));
    expect(text).not.toContain(cancelled(2));
  });

  it('are reported as cancelled also when they are to go', () => {
    const text = printPlan(testTarget(), snapshot, { policy: { updates: onlyApps([2]) } });
    expect(text).toContain(cancelled(1));
    expect(text).toContain('acquire-locks 2');
    expect(text).not.toContain('locks 1');
  });

  it('take locks by force for those alone that may', () => {
    const heldLocks = [
      { appId: 1, service: 'web' },
      { appId: 2, service: 'web' },
    ];
    const text = printPlan(next, snapshot, { heldLocks, policy: { forceLocks: onlyApps([2]) } });
    expect(text).toContain('blocked app 1 service web (locked)');
    expect(text).not.toContain('blocked app 2');
  });
});

import { describe, expect, it } from 'vitest';
import { reachedSnapshot, testTarget } from '../testing/fixtures.ts';
import { changeContainer, printPlan } from '../testing/print-plan.ts';
import { NO_REQUESTS, type ClientRequests } from '../plan-input.ts';

const TARGET = testTarget({ services: { web: { composition: { depends_on: ['db'] } }, db: {} } });
const SNAPSHOT = reachedSnapshot(TARGET);

/** Requests of clients in the input of a plan. */
function asked(requests: Partial<ClientRequests>) {
  return { policy: { requests: { ...NO_REQUESTS, ...requests } } };
}

const RESTART_WEB = asked({ containers: new Map([['c-1-web', 'replace']]) });
const STOP_WEB = asked({ running: new Map([['1/web', false]]) });

describe('a restart', () => {
  it('of an app replaces its containers, in the order of their dependencies', () => {
    const both = asked({ containers: new Map([['c-1-web', 'replace'] as const, ['c-1-db', 'replace'] as const]) });
    expect(printPlan(TARGET, SNAPSHOT, both)).toBe(
      [
        'acquire-locks 1: to stop db',
        'rename-container db_2_1_c1: a client asked for it [after acquire-locks 1]',
        'create-container db_2_1_c1: a client asked for it [after acquire-locks 1, rename-container db_2_1_c1]',
        'rename-container web_1_1_c1: a client asked for it [after acquire-locks 1]',
        'create-container web_1_1_c1: a client asked for it [after acquire-locks 1, rename-container web_1_1_c1]',
        'stop-container web_1_1_c1: a client asked for it [after acquire-locks 1, create-container web_1_1_c1]',
        'stop-container db_2_1_c1: a client asked for it [after acquire-locks 1, create-container db_2_1_c1, stop-container web_1_1_c1]',
        'start-container db_2_1_c1: a client asked for it [after create-container db_2_1_c1, stop-container db_2_1_c1]',
        'start-container web_1_1_c1: a client asked for it [after create-container web_1_1_c1, stop-container web_1_1_c1, start-container db_2_1_c1]',
        'remove-container db_2_1_c1: a client asked for it [after stop-container db_2_1_c1, start-container db_2_1_c1]',
        'remove-container web_1_1_c1: a client asked for it [after stop-container web_1_1_c1, start-container web_1_1_c1]',
        'release-locks 1: done [after remove-container db_2_1_c1, remove-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('of a service leaves the others alone', () => {
    expect(printPlan(TARGET, SNAPSHOT, RESTART_WEB)).toBe(
      [
        'acquire-locks 1: to stop web',
        'rename-container web_1_1_c1: a client asked for it [after acquire-locks 1]',
        'create-container web_1_1_c1: a client asked for it [after acquire-locks 1, rename-container web_1_1_c1]',
        'stop-container web_1_1_c1: a client asked for it [after acquire-locks 1, create-container web_1_1_c1]',
        'start-container web_1_1_c1: a client asked for it [after create-container web_1_1_c1, stop-container web_1_1_c1]',
        'remove-container web_1_1_c1: a client asked for it [after stop-container web_1_1_c1, start-container web_1_1_c1]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it.each([
    ['is still to be downloaded', { image: 'web:2' }],
    [
      'the device is not fit for',
      { contract: { type: 'sw.container', requires: [{ type: 'sw.supervisor', version: '>=99' }] } },
    ],
  ])('takes the container as it is where the next one %s', (_, web) => {
    const next = testTarget({ commit: 'c2', services: { web, db: {} } });
    expect(printPlan(next, SNAPSHOT, RESTART_WEB).split('\n').slice(0, 4)).toEqual([
      'acquire-locks 1: to stop web',
      'stop-container web_1_1_c1: a client asked for it [after acquire-locks 1]',
      'start-container web_1_1_c1: a client asked for it [after stop-container web_1_1_c1]',
      'release-locks 1: done [after start-container web_1_1_c1]',
    ]);
  });

  it('waits for an update lock', () => {
    const input = { ...RESTART_WEB, heldLocks: [{ appId: 1, service: 'db' }] };
    expect(printPlan(TARGET, SNAPSHOT, input)).toBe(
      'blocked app 1 service db (locked): the service holds its update lock',
    );
  });
});

describe('a service that a client stopped', () => {
  const stopped = changeContainer(SNAPSHOT, 'web', { status: 'exited', stoppedByUs: true });

  it('is stopped under the locks, and stays stopped', () => {
    expect(printPlan(TARGET, SNAPSHOT, STOP_WEB)).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: a client stopped it [after acquire-locks 1]',
        'release-locks 1: done [after stop-container web_1_1_c1]',
      ].join('\n'),
    );
    expect(printPlan(TARGET, stopped, STOP_WEB)).toBe('');
  });

  it('gets another container like the others, and that one is not started', () => {
    const next = testTarget({ services: { web: { environment: { A: '1' } }, db: {} } });
    expect(printPlan(next, stopped, STOP_WEB)).toBe(
      [
        'acquire-locks 1: to replace or remove web',
        'rename-container web_1_1_c1: environment A [after acquire-locks 1]',
        'create-container web_1_1_c1: environment A [after acquire-locks 1, rename-container web_1_1_c1]',
        'remove-container web_1_1_c1: environment A [after acquire-locks 1, create-container web_1_1_c1]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('runs when a client starts it, also where it ended by itself', () => {
    const started = asked({ running: new Map([['1/web', true]]), containers: new Map([['c-1-web', 'start']]) });
    expect(printPlan(TARGET, stopped, started)).toBe('start-container web_1_1_c1: was found stopped');
    const ended = changeContainer(SNAPSHOT, 'web', { status: 'exited' });
    expect(printPlan(TARGET, ended, started)).toBe('start-container web_1_1_c1: a client asked for it');
  });
});

it('a purge empties the volumes once the containers that use them are gone', () => {
  const services = { web: { composition: { volumes: ['data:/data'] } } };
  const target = testTarget({ services, volumes: { data: {} } });
  const requests = { containers: new Map([['c-1-web', 'replace'] as const]), purge: new Set(['1_data']) };
  expect(printPlan(target, reachedSnapshot(target), asked(requests))).toBe(
    [
      'acquire-locks 1: to stop web',
      'stop-container web_1_1_c1: volume 1_data is replaced [after acquire-locks 1]',
      'remove-container web_1_1_c1: volume 1_data is replaced [after stop-container web_1_1_c1]',
      'remove-volume 1_data: a client asked to empty it [after remove-container web_1_1_c1]',
      'create-volume 1_data: a client asked to empty it [after remove-volume 1_data]',
      'create-container web_1_1_c1: volume 1_data is replaced [after acquire-locks 1, remove-container web_1_1_c1, create-volume 1_data]',
      'start-container web_1_1_c1: volume 1_data is replaced [after create-container web_1_1_c1]',
      'release-locks 1: done [after start-container web_1_1_c1]',
    ].join('\n'),
  );
});

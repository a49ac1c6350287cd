import { describe, expect, it } from 'vitest';
import { reachedSnapshot, testTarget, type TestApp, type TestPlanInput } from '../testing/fixtures.ts';
import { changeContainer, printPlan } from '../testing/print-plan.ts';

/** A release with the same service, whose container is between two runs. */
function printRename(input: TestPlanInput = {}, service: TestApp['services'][string] = {}): string {
  const snapshot = changeContainer(reachedSnapshot(testTarget({ services: { web: {} } })), 'web', {
    status: 'restarting',
    exitCode: 3,
  });
  return printPlan(testTarget({ commit: 'c2', services: { web: service } }), snapshot, input);
}

const CRASHES = { policy: { crashLooping: new Set(['c-1-web']) } };
const NOTICE =
  'notice app 1 service web: restart does not help: the container ends again and again, and the engine goes on restarting it';

describe('a container that the engine is about to restart', () => {
  it('gets its new name when it runs', () => {
    expect(printRename()).toBe(
      'blocked app 1 service web (engine): the engine is about to restart its container, which gets its new name when it runs',
    );
  });

  it('is stopped, renamed and started when it crashes again and again: it may never be met running', () => {
    expect(printRename(CRASHES)).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: it crashes again and again, and cannot be renamed meanwhile [after acquire-locks 1]',
        'rename-container web_1_1_c1: belongs to release c2 now [after acquire-locks 1, stop-container web_1_1_c1]',
        'start-container web_1_1_c2: was stopped to be renamed [after rename-container web_1_1_c1]',
        'release-locks 1: done [after start-container web_1_1_c2]',
        NOTICE,
      ].join('\n'),
    );
  });

  it('is stopped and renamed when it is not to run, crashing or not', () => {
    const expected = [
      'acquire-locks 1: to stop web',
      'stop-container web_1_1_c1: the target wants it stopped [after acquire-locks 1]',
      'rename-container web_1_1_c1: belongs to release c2 now [after acquire-locks 1, stop-container web_1_1_c1]',
      'release-locks 1: done [after rename-container web_1_1_c1]',
    ].join('\n');
    expect(printRename({}, { running: false })).toBe(expected);
    expect(printRename(CRASHES, { running: false })).toBe(`${expected}\n${NOTICE}`);
  });

  it('is started with the limits that it gets at the same time', () => {
    const limited = { composition: { mem_limit: '64m' } };
    expect(printRename(CRASHES, limited)).toContain(
      'start-container web_1_1_c2: was stopped to be renamed [after rename-container web_1_1_c1, update-container web_1_1_c1]',
    );
  });

  it('stays as it is while its service holds its update lock', () => {
    expect(printRename({ ...CRASHES, heldLocks: [{ appId: 1, service: 'web' }] })).toBe(
      `blocked app 1 service web (locked): the service holds its update lock\n${NOTICE}`,
    );
  });

  it('gets the name back that it had before a hand-over in the same way', () => {
    const web = { labels: { 'io.balena.update.strategy': 'hand-over' } };
    const target = testTarget({ services: { web } });
    const snapshot = changeContainer(reachedSnapshot(target), 'web', { name: 'old_web_1_1_c1', status: 'restarting' });
    expect(printPlan(target, snapshot)).toContain('blocked app 1 service web (engine)');
    expect(printPlan(target, snapshot, CRASHES)).toContain(
      'rename-container old_web_1_1_c1: belongs to release c1 now [after acquire-locks 1, stop-container old_web_1_1_c1]',
    );
  });
});

it('a container that runs is renamed as it is, though it crashes again and again', () => {
  const snapshot = reachedSnapshot(testTarget({ services: { web: {} } }));
  const text = printPlan(testTarget({ commit: 'c2', services: { web: {} } }), snapshot, CRASHES);
  expect(text).toContain('rename-container web_1_1_c1: belongs to release c2 now');
  expect(text).not.toContain('stop-container');
});

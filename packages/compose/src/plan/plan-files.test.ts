import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { plan } from './plan.ts';
import { reachedSnapshot, testImage, testPlanInput, testTarget } from '../testing/fixtures.ts';
import { changeContainer, EMPTY_ENGINE, printPlan, printUpdate } from '../testing/print-plan.ts';

function target(content: string) {
  return testTarget({
    services: { web: { composition: { configs: ['app'], secrets: ['key'] } } },
    files: { configs: { app: { content: 'plain' } }, secrets: { key: { content } } },
  });
}

describe('configs and secrets', () => {
  it('are put into the container before it starts', () => {
    expect(printPlan(target('hunter2'), { ...EMPTY_ENGINE, images: [testImage('web:1')] })).toBe(
      [
        'create-network u1_default: does not exist',
        'create-container web_1_1_c1: does not exist [after create-network u1_default]',
        'put-files web_1_1_c1: the service has configs or secrets [after create-container web_1_1_c1]',
        'start-container web_1_1_c1: does not exist [after create-container web_1_1_c1, put-files web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('are put there again when the container was not started: whether they were does not show', () => {
    const snapshot = changeContainer(reachedSnapshot(target('hunter2')), 'web', { status: 'created', startedAt: null });
    expect(printPlan(target('hunter2'), snapshot)).toBe(
      [
        'put-files web_1_1_c1: the service has configs or secrets',
        'start-container web_1_1_c1: was never started [after put-files web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('need nothing as long as they stay as they are', () => {
    expect(printUpdate(target('hunter2'), target('hunter2'))).toBe('');
  });

  it('need another container when their content changed, and nothing tells what it is', () => {
    const [from, to] = [target('hunter2'), target('hunter3')];
    expect(printUpdate(from, to)).toContain('create-container web_1_1_c1: files [');
    const next = plan(testPlanInput(to, reachedSnapshot(from)));
    for (const shown of [JSON.stringify(next), inspect(next, { depth: 20 })]) {
      expect(shown).toContain('/run/secrets/key');
      expect(shown).not.toMatch(/hunter/);
    }
  });
});

describe('pull_policy: never', () => {
  const composition = { pull_policy: 'never' };

  it('blocks a service whose image is not there', () => {
    const absent = testTarget({ services: { web: { composition } } });
    expect(printPlan(absent, EMPTY_ENGINE)).toBe(
      [
        'create-network u1_default: does not exist',
        'blocked app 1 service web (invalid): pull_policy: never, and image web:1 is not on the device',
      ].join('\n'),
    );
    expect(printPlan(absent, reachedSnapshot(absent))).toBe('');
  });
});

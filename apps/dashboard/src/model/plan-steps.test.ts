import { describe, expect, it } from 'vitest';
import type { Operation } from '@device-supervisor/api-client';
import { NO_ACTIVITY, type Activity } from './activity.ts';
import { planSteps, progressOf } from './plan-steps.ts';

function operation(id: string, dependsOn: readonly string[] = []): Operation {
  return { id, kind: 'start-container', appId: 1, service: id, cause: 'is to run', dependsOn: [...dependsOn] };
}

const plan = { operations: [operation('pull'), operation('create', ['pull']), operation('other')] };

function words(activity: Activity): string[] {
  return planSteps(plan, activity).map(({ operation: { id }, status, after }) =>
    [id, status, ...after.map((one) => `after ${one.id}`)].join(' '),
  );
}

describe('the steps of a plan', () => {
  it('are what comes next and what waits', () => {
    expect(words(NO_ACTIVITY)).toEqual(['pull next', 'create waiting after pull', 'other next']);
  });

  it('begin with what was done and what runs', () => {
    const activity: Activity = {
      ...NO_ACTIVITY,
      finished: [{ operation: operation('network'), result: 'done' }],
      running: new Map([['pull', { operation: operation('pull') }]]),
    };
    expect(words(activity)).toEqual(['network done', 'pull running', 'create waiting after pull', 'other next']);
  });

  it('name an operation once, also if it failed before and is planned again', () => {
    const activity: Activity = {
      ...NO_ACTIVITY,
      finished: [{ operation: operation('pull'), result: 'failed', reason: 'x' }],
    };
    expect(words(activity)).toEqual(['pull next', 'create waiting after pull', 'other next']);
  });

  it('say how far the whole is', () => {
    expect(progressOf([])).toBeNull();
    const activity: Activity = {
      ...NO_ACTIVITY,
      finished: [{ operation: operation('network'), result: 'done' }],
      running: new Map([
        ['pull', { operation: operation('pull'), progress: { percent: 50, receivedBytes: 1, totalBytes: 2 } }],
      ]),
    };
    expect(progressOf(planSteps(plan, activity))).toBe(1.5 / 4);
  });
});

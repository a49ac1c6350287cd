import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '@device-supervisor/api-client';
import { NO_ACTIVITY, withEvent, type Activity } from './activity.ts';

const PULL = { id: 'pull a', kind: 'pull-image', appId: 1, service: 'web', cause: 'missing' } as const;

function after(...events: readonly DeviceEvent[]): Activity {
  return events.reduce(withEvent, NO_ACTIVITY);
}

const started: DeviceEvent = { event: 'operation-started', id: 'r-1', data: { time: 1_000, ...PULL } };
const progress: DeviceEvent = {
  event: 'operation-progress',
  data: { time: 2_000, ...PULL, percent: 40, receivedBytes: 4, totalBytes: 10 },
};
const failed: DeviceEvent = {
  event: 'operation-finished',
  id: 'r-2',
  data: { time: 3_000, ...PULL, result: 'failed', error: { code: 'X', message: 'no route' }, retryIn: 500 },
};
const done: DeviceEvent = {
  event: 'operation-finished',
  id: 'r-3',
  data: { time: 4_000, ...PULL, result: 'done', retryIn: null },
};

describe('activity', () => {
  it('knows what runs, and how far it is', () => {
    expect(after(started).running.get('pull a')).toEqual({ operation: { time: 1_000, ...PULL } });
    expect(after(started, progress).running.get('pull a')?.progress).toEqual({
      percent: 40,
      receivedBytes: 4,
      totalBytes: 10,
    });
  });

  it('keeps what failed until it succeeds, with the time of the next attempt', () => {
    const activity = after(started, failed);
    expect(activity.running.size).toBe(0);
    expect(activity.retries.get('pull a')).toMatchObject({ at: 3_500, reason: 'no route' });
    expect(activity.finished).toMatchObject([{ result: 'failed', reason: 'no route' }]);
    const again = withEvent(withEvent(activity, started), done);
    expect(again.retries.size).toBe(0);
    expect(again.finished).toMatchObject([{ result: 'done' }]);
  });

  it('forgets what was done when the device is at rest', () => {
    const activity = after(started, done, { event: 'settled', id: 'r-4', data: { time: 5_000, changed: true } });
    expect([activity.running.size, activity.finished.length]).toEqual([0, 0]);
    expect(activity.timeline.map(({ event }) => event)).toEqual(['operation-started', 'operation-finished', 'settled']);
  });

  it('takes nothing as running after a gap', () => {
    expect(after(started, { event: 'gap', data: { time: 6_000, missed: 3 } }).running.size).toBe(0);
  });

  it('has bounds', () => {
    const activity = after(...Array.from({ length: 700 }, () => started));
    expect(activity.timeline).toHaveLength(500);
  });
});

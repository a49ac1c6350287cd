import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from './activity.ts';
import { describeEvent } from './describe-event.ts';

const ABOUT = { time: 0, id: 'a', kind: 'pull-image', appId: 1, service: 'web', cause: 'service web needs it' };
const FAULT = { code: 'X', message: 'no route to host', hint: 'Check the network' };

describe('an event in words', () => {
  it.each<[TimelineEntry, string]>([
    [{ event: 'operation-started', data: ABOUT }, 'busy | Pull image begins | service web needs it | web'],
    [
      { event: 'operation-finished', data: { ...ABOUT, result: 'done', retryIn: null } },
      'good | Pull image done | service web needs it | web',
    ],
    [
      { event: 'operation-finished', data: { ...ABOUT, result: 'failed', error: FAULT, retryIn: 4_000 } },
      'bad | Pull image failed | no route to host. Check the network. Tried again in 4 s. | web',
    ],
    [
      { event: 'blocked', data: { time: 0, appId: 1, service: 'web', reason: 'locked', message: 'the lock is held' } },
      'warn | Has to wait: locked | the lock is held | web',
    ],
    [
      { event: 'notice', data: { time: 0, appId: 1, service: 'web', field: 'gpus', reason: 'there is none' } },
      'warn | Not applied: gpus | there is none | web',
    ],
    [{ event: 'settled', data: { time: 0, changed: false } }, 'good | Nothing to do |  | null'],
    [
      { event: 'reboot', data: { time: 0, phase: 'scheduled', reasons: ['config.txt'] } },
      'warn | A reboot is due | config.txt | null',
    ],
    [
      { event: 'engine-lost', data: { time: 0, error: FAULT } },
      'bad | The container engine is away | no route to host | null',
    ],
    [{ event: 'gap', data: { time: 0, missed: 3 } }, 'idle | 3 events were missed |  | null'],
    [{ event: 'gap', data: { time: 0, missed: null } }, 'idle | The supervisor has restarted |  | null'],
  ])('%j', (entry, expected) => {
    const { tone, title, detail, service } = describeEvent(entry);
    expect(`${tone} | ${title} | ${detail} | ${service}`).toBe(expected);
  });
});

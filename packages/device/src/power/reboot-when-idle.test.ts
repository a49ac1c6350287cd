import { setImmediate as settle } from 'node:timers/promises';
import type { Blocked, BlockReason, Plan } from '@device-supervisor/compose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { createRebootWhenIdle, onlyRebootIsLeft, type RebootWhenIdle } from './reboot-when-idle.ts';

let clock: FakeClock;
let reasons: string[];
let tries: number;
let refusal: Error | null;
let waiting: unknown[];
let rebooter: RebootWhenIdle;

const blocked = (reason: BlockReason, appId = 1): Blocked => ({ appId, service: 'web', reason, message: '' });
const idle: Pick<Plan, 'operations' | 'blocked'> = { operations: [], blocked: [] };
const busy: Pick<Plan, 'operations' | 'blocked'> = {
  operations: [
    { kind: 'remove-network', id: 'a', appId: 1, service: null, networkId: 'a', name: 'a', dependsOn: [], cause: '' },
  ],
  blocked: [],
};

beforeEach(() => {
  clock = createFakeClock();
  [reasons, tries, refusal, waiting] = [[], 0, null, []];
  rebooter = createRebootWhenIdle({
    schedule: {
      get reasons() {
        return reasons;
      },
      schedule: async (reason) => void (reasons = [...new Set([...reasons, reason])]),
      async rebootIfScheduled() {
        if (reasons.length === 0) return false;
        tries++;
        if (refusal !== null) throw refusal;
        return true;
      },
    },
    clock,
    onWaiting: (error) => waiting.push(error),
  });
});

afterEach(() => rebooter[Symbol.asyncDispose]());

describe('a reboot', () => {
  it('does not come when nobody asked for it', async () => {
    rebooter.consider(idle);
    await settle();
    expect(tries).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('comes when the plan has nothing else left', async () => {
    reasons = ['config.txt changed'];
    rebooter.consider(busy);
    await settle();
    expect(tries).toBe(0);
    rebooter.consider(idle);
    await settle();
    expect(tries).toBe(1);
  });

  it('is asked for by a service that only starts after it, once', async () => {
    rebooter.consider({ operations: busy.operations, blocked: [blocked('reboot')] });
    await settle();
    expect(reasons).toEqual(['service web of app 1 starts after a reboot']);
    expect(tries).toBe(0);
    rebooter.consider({ operations: [], blocked: [blocked('reboot')] });
    await settle();
    expect(reasons).toHaveLength(1);
    expect(tries).toBe(1);
  });

  it('that is refused is tried again after a while, and no longer when there is something to do', async () => {
    reasons = ['config.txt changed'];
    refusal = new Error('locked');
    rebooter.consider(idle);
    await settle();
    expect(waiting).toEqual([refusal]);
    clock.advance(30_000);
    await settle();
    expect(tries).toBe(2);
    rebooter.consider(busy);
    clock.advance(60_000);
    await settle();
    expect(tries).toBe(2);
    refusal = null;
    rebooter.consider(idle);
    await settle();
    expect(tries).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it('does not come after disposing', async () => {
    reasons = ['config.txt changed'];
    refusal = new Error('locked');
    rebooter.consider(idle);
    await settle();
    await rebooter[Symbol.asyncDispose]();
    clock.advance(60_000);
    rebooter.consider(idle);
    await settle();
    expect(tries).toBe(1);
  });
});

describe('what is left to do besides a reboot', () => {
  it.each<[string, Blocked[], boolean]>([
    ['nothing', [], true],
    ['a service that waits for it', [blocked('reboot')], true],
    ['what depends on that', [blocked('reboot'), blocked('dependency')], true],
    ['what depends on something in another app', [blocked('reboot'), blocked('dependency', 2)], false],
    ['what only another target changes', [blocked('invalid'), blocked('contract'), blocked('name-taken')], true],
    ['what waits for a lock', [blocked('locked')], false],
    ['a hand-over', [blocked('hand-over')], false],
    ['what is tried again', [blocked('backoff')], false],
    ['what the engine is busy with', [blocked('engine')], false],
    ['what does not fit on the disk', [blocked('disk-space')], false],
  ])('%s', (_, all, expected) => {
    expect(onlyRebootIsLeft({ operations: [], blocked: all })).toBe(expected);
  });

  it('operations', () => {
    expect(onlyRebootIsLeft(busy)).toBe(false);
  });
});

import { once } from 'node:events';
import { setImmediate as settle } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceLockResult } from '../locks/acquire-device-locks.ts';
import { createFakeClock, type FakeClock } from '@device-supervisor/primitives/testing';
import { createPower, type Power } from './create-power.ts';
import type { PowerHost } from './ports.ts';

type LockAnswer = 'acquired' | 'held' | 'busy';

let clock: FakeClock;
let power: Power;
let calls: string[];
let faults: unknown[];
let breadcrumb: string | null;
let lockAnswer: LockAnswer | ((signal: AbortSignal) => Promise<DeviceLockResult>);
let host: { -readonly [Key in keyof PowerHost]: PowerHost[Key] };

function lockResult(answer: LockAnswer): DeviceLockResult {
  switch (answer) {
    case 'held':
      return { status: 'held', holders: [{ appId: 1, service: 'web' }] };
    case 'busy':
      return { status: 'busy', appId: 1 };
    case 'acquired':
      return {
        status: 'acquired',
        lease: {
          leases: [],
          async [Symbol.asyncDispose]() {
            calls.push('unlock');
          },
        },
      };
  }
}

beforeEach(() => {
  clock = createFakeClock();
  [calls, faults, breadcrumb, lockAnswer] = [[], [], null, 'acquired'];
  host = {
    check: async (action) => void calls.push(`check ${action}`),
    reboot: async () => void calls.push('reboot'),
    powerOff: async () => void calls.push('power-off'),
  };
  power = createPower({
    host: {
      check: (action) => host.check(action),
      reboot: () => host.reboot(),
      powerOff: () => host.powerOff(),
    },
    hostUpdate: { find: async () => breadcrumb },
    async lockAll({ force, forcedApp, signal }) {
      calls.push(`${force ? 'lock by force' : 'lock'}${forcedApp === undefined ? '' : ` of ${forcedApp}`}`);
      if (typeof lockAnswer === 'function') return await lockAnswer(signal);
      return lockResult(force ? 'acquired' : lockAnswer);
    },
    clock,
    onFault: (error) => faults.push(error),
  });
});

afterEach(() => power[Symbol.asyncDispose]());

describe('a reboot', () => {
  it('is agreed to when all locks are ours, and done when there was time for an answer', async () => {
    await power.reboot();
    expect(calls).toEqual(['check reboot', 'lock']);
    expect(power.pending).toBe('reboot');
    clock.advance(999);
    expect(calls).not.toContain('reboot');
    clock.advance(1);
    await settle();
    expect(calls).toEqual(['check reboot', 'lock', 'reboot']);
    expect(power.pending).toBe('reboot');
  });

  it('is refused while the host verifies an update of its own', async () => {
    breadcrumb = 'rollback-health-breadcrumb';
    await expect(power.reboot()).rejects.toMatchObject({
      code: 'HOST_UPDATE_IN_PROGRESS',
      details: { breadcrumb },
      hint: expect.stringContaining('force'),
    });
    expect(calls).toEqual([]);
    expect(power.pending).toBe(null);
  });

  it('is refused while services hold locks, and names them', async () => {
    lockAnswer = 'held';
    await expect(power.reboot()).rejects.toMatchObject({ code: 'UPDATES_LOCKED', details: { services: ['web'] } });
    expect(clock.pending).toBe(0);
    lockAnswer = 'acquired';
    await power.reboot();
  });

  it('is refused while we change containers ourselves', async () => {
    lockAnswer = 'busy';
    await expect(power.reboot()).rejects.toMatchObject({ code: 'DEVICE_BUSY', details: { appId: 1 } });
  });

  it('is refused when the host would not do it, before a lock is taken', async () => {
    host.check = () => Promise.reject(new Error('no bus'));
    await expect(power.reboot()).rejects.toThrow('no bus');
    expect(calls).toEqual([]);
  });

  it('is done by force of one app past the locks of that app alone, and past nothing else', async () => {
    const force = { force: true, forcedApp: 7 };
    breadcrumb = 'rollback-altboot-breadcrumb';
    await expect(power.reboot(force)).rejects.toMatchObject({ code: 'HOST_UPDATE_IN_PROGRESS' });
    breadcrumb = null;
    await power.reboot(force);
    expect(calls).toEqual(['check reboot', 'lock by force of 7']);
  });

  it('is done by force, whatever stands against it', async () => {
    [breadcrumb, lockAnswer] = ['rollback-altboot-breadcrumb', 'held'];
    await power.reboot({ force: true });
    clock.advance(1000);
    await settle();
    expect(calls).toEqual(['check reboot', 'lock by force', 'reboot']);
  });

  it('is done once, however often it is asked for', async () => {
    await Promise.all([power.reboot(), power.reboot(), power.reboot({ force: true })]);
    await power.reboot();
    clock.advance(1000);
    await settle();
    await power.reboot();
    expect(calls.filter((call) => call === 'reboot')).toHaveLength(1);
    expect(calls.filter((call) => call.startsWith('lock'))).toHaveLength(1);
  });

  it('by force does not fail because the one before it, without, does', async () => {
    const locks = Promise.withResolvers<DeviceLockResult>();
    lockAnswer = () => locks.promise;
    const patient = Promise.allSettled([power.reboot()]);
    await settle();
    const forced = [power.reboot({ force: true }), power.reboot({ force: true })];
    lockAnswer = 'held';
    locks.resolve(lockResult('held'));
    expect(await patient).toMatchObject([{ reason: { code: 'UPDATES_LOCKED' } }]);
    await Promise.all(forced);
    expect(calls.filter((call) => call.startsWith('lock'))).toEqual(['lock', 'lock by force']);
  });

  it('excludes a shutdown', async () => {
    await power.reboot();
    await expect(power.shutdown()).rejects.toMatchObject({
      code: 'POWER_ACTION_IN_PROGRESS',
      details: { action: 'reboot' },
    });
  });
});

it('a shutdown switches the host off', async () => {
  await power.shutdown();
  clock.advance(1000);
  await settle();
  expect(calls).toEqual(['check power-off', 'lock', 'power-off']);
});

describe('a host that stays up', () => {
  it('because it refuses after all gets its locks back, and may be asked again', async () => {
    host.reboot = () => Promise.reject(new Error('the bus is gone'));
    await power.reboot();
    clock.advance(1000);
    await settle();
    expect(faults).toMatchObject([{ message: 'the bus is gone' }]);
    expect(calls).toContain('unlock');
    expect(power.pending).toBe(null);
    host.reboot = async () => void calls.push('reboot');
    await power.reboot();
    clock.advance(1000);
    await settle();
    expect(calls).toContain('reboot');
  });

  it('though it agreed gets its locks back after a quarter of an hour', async () => {
    await power.reboot();
    clock.advance(1000);
    await settle();
    clock.advance(15 * 60_000 - 1);
    await settle();
    expect(calls).not.toContain('unlock');
    clock.advance(1);
    await settle();
    expect(calls).toContain('unlock');
    expect(faults).toMatchObject([{ code: 'HOST_STILL_UP', details: { action: 'reboot' } }]);
    expect(power.pending).toBe(null);
  });
});

it('a host that goes down already is as good as one that agrees', async () => {
  host.reboot = () => Promise.reject(Object.assign(new Error('in progress'), { code: 'HOST_GOING_DOWN' }));
  await power.reboot();
  clock.advance(1000);
  await settle();
  expect(faults).toEqual([]);
  expect(power.pending).toBe('reboot');
});

describe('disposing', () => {
  it('keeps what was promised, at once', async () => {
    await power.reboot();
    await power[Symbol.asyncDispose]();
    expect(calls).toEqual(['check reboot', 'lock', 'reboot', 'unlock']);
    expect(clock.pending).toBe(0);
    await expect(power.reboot()).rejects.toThrow('aborted');
  });

  it('asks the host no second time', async () => {
    await power.reboot();
    clock.advance(1000);
    await power[Symbol.asyncDispose]();
    expect(calls).toEqual(['check reboot', 'lock', 'reboot', 'unlock']);
  });

  it('ends the wait for locks', async () => {
    lockAnswer = async (signal) => {
      await once(signal, 'abort');
      throw new Error('the wait was ended');
    };
    const asked = Promise.allSettled([power.reboot()]);
    await settle();
    await power[Symbol.asyncDispose]();
    expect(await asked).toMatchObject([{ reason: { message: 'the wait was ended' } }]);
    expect(calls).toEqual(['check reboot', 'lock']);
  });
});

import { createInMemoryLocks, type InMemoryLocks } from '@device-supervisor/lockfile/testing';
import { createFakeClock } from '@device-supervisor/primitives/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { acquireDeviceLocks, type DeviceLockRequest, type DeviceLockResult } from './acquire-device-locks.ts';

const APPS = [
  { appId: 2, services: ['web'] },
  { appId: 1, services: ['db', 'web'] },
];

let locks: InMemoryLocks;
let clock: ReturnType<typeof createFakeClock>;
beforeEach(() => {
  locks = createInMemoryLocks();
  clock = createFakeClock();
});

function acquire(request: Partial<DeviceLockRequest> = {}): Promise<DeviceLockResult> {
  const { signal } = new AbortController();
  return acquireDeviceLocks({ locks, clock }, { apps: APPS, force: false, signal, ...request });
}

/** An operation of ours on an app. */
async function operate(appId: number): Promise<AsyncDisposable> {
  const result = await locks.acquire({ appId, services: ['web'], force: false });
  if (result.status === 'held') throw new Error('a lock is held');
  return result.lease;
}

/** Lets everything happen that waits for promises alone. */
async function flush(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}

function heldByUs(): (readonly string[])[] {
  return [locks.heldByUs(1), locks.heldByUs(2)];
}

describe('the locks of all apps', () => {
  it('are taken together, and given back together', async () => {
    const result = await acquire();
    if (result.status !== 'acquired') throw new Error(result.status);
    expect(result.lease.leases.map(({ appId }) => appId)).toEqual([1, 2]);
    expect(heldByUs()).toEqual([['db', 'web'], ['web']]);
    await result.lease[Symbol.asyncDispose]();
    expect(heldByUs()).toEqual([[], []]);
    expect(clock.pending).toBe(0);
  });

  it('are not taken when services of any app hold theirs, and all of these are named', async () => {
    locks.hold(2, 'web');
    locks.hold(1, 'db');
    expect(await acquire()).toEqual({
      status: 'held',
      holders: [
        { appId: 2, service: 'web' },
        { appId: 1, service: 'db' },
      ],
    });
    expect(heldByUs()).toEqual([[], []]);
  });

  it('are taken by force from the services of one app, where only that is forced', async () => {
    locks.hold(2, 'web');
    locks.hold(1, 'db');
    expect(await acquire({ force: true, forcedApp: 1 })).toEqual({
      status: 'held',
      holders: [{ appId: 2, service: 'web' }],
    });
    locks.drop(2, 'web');
    expect((await acquire({ force: true, forcedApp: 1 })).status).toBe('acquired');
  });

  it('are taken from services by force', async () => {
    locks.hold(2, 'web');
    expect((await acquire({ force: true })).status).toBe('acquired');
    expect(heldByUs()).toEqual([['db', 'web'], ['web']]);
  });

  it('wait for an operation of our own to end', async () => {
    const operation = await operate(2);
    const acquired = acquire();
    await flush();
    clock.advance(9_999);
    await operation[Symbol.asyncDispose]();
    expect((await acquired).status).toBe('acquired');
    expect(clock.pending).toBe(0);
  });

  it('are given up, all of them, when an operation of our own does not end within ten seconds', async () => {
    await operate(2);
    const acquired = acquire();
    await flush();
    expect(locks.heldByUs(1)).toEqual(['db', 'web']);
    clock.advance(10_000);
    expect(await acquired).toEqual({ status: 'busy', appId: 2 });
    expect(locks.heldByUs(1)).toEqual([]);
  });

  it('are given up, all of them, when a service takes its own meanwhile', async () => {
    const operation = await operate(2);
    const acquired = acquire();
    await flush();
    const ended = operation[Symbol.asyncDispose]();
    locks.hold(2, 'web');
    await ended;
    expect(await acquired).toEqual({ status: 'held', holders: [{ appId: 2, service: 'web' }] });
    expect(heldByUs()).toEqual([[], []]);
  });

  it('are given up when the wait is aborted, with the reason of the signal', async () => {
    await operate(2);
    const abort = new AbortController();
    const acquired = acquire({ signal: abort.signal });
    await flush();
    abort.abort(new Error('the supervisor is stopping'));
    await expect(acquired).rejects.toThrow('the supervisor is stopping');
    expect(locks.heldByUs(1)).toEqual([]);
    expect(clock.pending).toBe(0);
    await expect(acquire({ signal: abort.signal })).rejects.toThrow('the supervisor is stopping');
  });

  it('do not bring two who want them to a standstill', async () => {
    const first = await acquire();
    const second = acquire({ apps: APPS.toReversed() });
    await flush();
    if (first.status === 'acquired') await first.lease[Symbol.asyncDispose]();
    expect((await second).status).toBe('acquired');
  });
});

import { createFakeClock, type FakeClock } from '@device-supervisor/primitives/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryLocks, type InMemoryLocks } from './testing/index.ts';
import {
  createTimedLocks,
  InvalidTimeToLiveError,
  MAX_TIME_TO_LIVE,
  type HoldRequest,
  type TimedLocks,
} from './index.ts';

const BACKUP = { appId: 1, service: 'web', holder: 'backup', reason: 'copies the database', timeToLive: 60_000 };

let clock: FakeClock;
let files: InMemoryLocks;
let locks: TimedLocks;
beforeEach(() => {
  clock = createFakeClock();
  files = createInMemoryLocks();
  locks = createTimedLocks({ locks: files, clock });
});

function hold(change: Partial<HoldRequest> = {}): ReturnType<TimedLocks['hold']> {
  return locks.hold({ ...BACKUP, ...change });
}

const acquire = (force = false) => locks.acquire({ appId: 1, services: ['db', 'web'], force });
const terms = (elapsed = 0) => ({
  holder: 'backup',
  reason: 'copies the database',
  expiresAt: clock.now() - elapsed + 60_000,
});

describe('a lock that a client takes for a time', () => {
  it('keeps the update from being done, and says on whose behalf', async () => {
    expect(hold()).toEqual({ status: 'held', terms: terms() });
    const holders = [{ appId: 1, service: 'web', terms: terms() }];
    expect(await acquire()).toEqual({ status: 'held', holders });
    expect(await locks.holders(1, ['db', 'web'])).toEqual(holders);
    expect(locks.list()).toEqual(holders);
    expect(files.heldByUs(1)).toEqual([]);
  });

  it('is named beside the lock files of services', async () => {
    hold();
    files.hold(1, 'db');
    const holders = [
      { appId: 1, service: 'db' },
      { appId: 1, service: 'web', terms: terms() },
    ];
    expect(await acquire()).toEqual({ status: 'held', holders });
    expect(await locks.holders(1, ['db', 'web'])).toEqual(holders);
  });

  it('holds up no other service or app', async () => {
    hold();
    expect((await locks.acquire({ appId: 1, services: ['db'], force: false })).status).toBe('acquired');
    expect((await locks.acquire({ appId: 2, services: ['web'], force: false })).status).toBe('acquired');
  });

  it('ends by itself', async () => {
    hold();
    clock.advance(59_999);
    expect((await acquire()).status).toBe('held');
    clock.advance(1);
    expect((await acquire()).status).toBe('acquired');
    expect(locks.list()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('does not end because the machine learns that it is another year', async () => {
    let year = 1970;
    locks = createTimedLocks({ locks: files, clock: { ...clock, now: () => Date.UTC(year, 0) } });
    hold();
    year = 2026;
    expect((await acquire()).status).toBe('held');
    clock.advance(60_000);
    expect((await acquire()).status).toBe('acquired');
  });

  it('lasts as long as its client prolongs it', async () => {
    hold();
    clock.advance(50_000);
    expect(hold({ reason: 'still at it' })).toMatchObject({ status: 'held', terms: { reason: 'still at it' } });
    clock.advance(50_000);
    expect((await acquire()).status).toBe('held');
    expect(clock.pending).toBe(1);
    clock.advance(10_000);
    expect((await acquire()).status).toBe('acquired');
  });

  it('is given back by its client alone', async () => {
    hold();
    expect(locks.release({ ...BACKUP, holder: 'other' })).toEqual({ status: 'taken', terms: terms() });
    expect(hold({ holder: 'other' })).toEqual({ status: 'taken', terms: terms() });
    expect(locks.release(BACKUP)).toEqual({ status: 'released' });
    expect(locks.release(BACKUP)).toEqual({ status: 'free' });
    expect((await acquire()).status).toBe('acquired');
    expect(clock.pending).toBe(0);
  });

  it('ends by force', async () => {
    hold();
    expect((await acquire(true)).status).toBe('acquired');
    expect(locks.list()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('cannot be taken while we update, and can afterwards', async () => {
    const result = await acquire();
    if (result.status !== 'acquired') throw new Error('a lock is held');
    expect(hold()).toEqual({ status: 'updating' });
    expect(hold({ appId: 2 }).status).toBe('held');
    expect(() => result.lease.assertHeld('web')).not.toThrow();
    await result.lease[Symbol.asyncDispose]();
    expect(hold().status).toBe('held');
  });

  it('that is taken while an update waits for another one comes first', async () => {
    const first = await acquire();
    const second = acquire();
    const third = locks.acquire({ appId: 1, services: ['db'], force: false });
    if (first.status !== 'acquired') throw new Error('a lock is held');
    const ended = first.lease[Symbol.asyncDispose]();
    hold();
    await ended;
    expect(await second).toEqual({ status: 'held', holders: [{ appId: 1, service: 'web', terms: terms() }] });
    expect((await third).status).toBe('acquired');
  });

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_TIME_TO_LIVE + 1])(
    'is not taken for %s ms',
    (time) => {
      expect(() => hold({ timeToLive: time })).toThrow(InvalidTimeToLiveError);
      expect(locks.list()).toEqual([]);
    },
  );

  it('leaves no timer when the supervisor ends', () => {
    hold();
    locks[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
});

describe('watching', () => {
  it('reports locks of clients and of services, taken, given back and ended', async () => {
    const controller = new AbortController();
    const watched = locks.watch([{ appId: 1, services: ['web', 'db'] }], controller.signal);
    const changes = watched[Symbol.asyncIterator]();
    const web = { done: false, value: { appId: 1, service: 'web' } };
    hold({ appId: 2 });
    hold();
    expect(await changes.next()).toEqual(web);
    files.hold(1, 'db');
    expect(await changes.next()).toEqual({ done: false, value: { appId: 1, service: 'db' } });
    locks.release(BACKUP);
    expect(await changes.next()).toEqual(web);
    hold();
    await changes.next();
    clock.advance(60_000);
    expect(await changes.next()).toEqual(web);
    const last = changes.next();
    controller.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it('fails when the lock files cannot be watched', async () => {
    const broken: TimedLocks = createTimedLocks({
      clock,
      locks: {
        ...files,
        async *watch() {
          yield { appId: 1, service: 'web' };
          throw new Error('no more watches');
        },
      },
    });
    const read = Array.fromAsync(broken.watch([], new AbortController().signal));
    await expect(read).rejects.toThrow('no more watches');
  });

  it('watches nothing when the signal is aborted already', async () => {
    expect(await Array.fromAsync(locks.watch([{ appId: 1, services: ['web'] }], AbortSignal.abort()))).toEqual([]);
  });
});

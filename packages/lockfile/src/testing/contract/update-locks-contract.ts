import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceUpdateLocks, UpdateLease } from '../../device-update-locks.ts';
import { LocksClosedError } from '../../errors.ts';

/** Update locks of a fresh device, and what services do to them. */
export interface UpdateLocksHarness extends AsyncDisposable {
  readonly locks: DeviceUpdateLocks;
  /** The service takes its lock. @returns whether it could */
  hold(appId: number, service: string): Promise<boolean>;
  /** The service releases its lock. */
  drop(appId: number, service: string): Promise<void>;
  /** Services of the app whose locks `locks` holds, in alphabetic order. */
  heldByUs(appId: number): Promise<readonly string[]>;
  /** An earlier run of the supervisor crashed while it held the lock. */
  leaveBehind(appId: number, service: string): Promise<void>;
}

/** The contract of {@link DeviceUpdateLocks}. */
export function describeUpdateLocksContract(name: string, open: () => Promise<UpdateLocksHarness>): void {
  describe(`update locks contract: ${name}`, () => {
    let device: UpdateLocksHarness;
    beforeEach(async () => {
      device = await open();
    });
    afterEach(() => device[Symbol.asyncDispose]());

    const acquire = (
      services: readonly string[],
      options: { appId?: number; force?: boolean; signal?: AbortSignal } = {},
    ) => device.locks.acquire({ appId: 1, services, force: false, ...options });

    async function lease(...args: Parameters<typeof acquire>): Promise<UpdateLease> {
      const result = await acquire(...args);
      if (result.status !== 'acquired') throw new Error('a lock is held');
      return result.lease;
    }

    it('takes the locks of all services until the lease is disposed of', async () => {
      const taken = await lease(['web', 'db']);
      expect(taken).toMatchObject({ appId: 1, services: ['db', 'web'] });
      expect(await device.heldByUs(1)).toEqual(['db', 'web']);
      expect(await device.hold(1, 'web')).toBe(false);
      await taken[Symbol.asyncDispose]();
      expect(await device.heldByUs(1)).toEqual([]);
      expect(await device.hold(1, 'web')).toBe(true);
    });

    it('takes none when a service holds its lock, and names it', async () => {
      await device.hold(1, 'web');
      expect(await acquire(['db', 'web', 'worker'])).toEqual({
        status: 'held',
        holders: [{ appId: 1, service: 'web' }],
      });
      expect(await device.heldByUs(1)).toEqual([]);
      await device.drop(1, 'web');
      expect((await acquire(['db', 'web', 'worker'])).status).toBe('acquired');
    });

    it('names every service that holds its lock', async () => {
      await device.hold(1, 'web');
      await device.hold(1, 'db');
      expect(await acquire(['db', 'web', 'worker'])).toEqual({
        status: 'held',
        holders: [
          { appId: 1, service: 'db' },
          { appId: 1, service: 'web' },
        ],
      });
    });

    it('takes what services hold when forced', async () => {
      await device.hold(1, 'web');
      await lease(['db', 'web'], { force: true });
      expect(await device.heldByUs(1)).toEqual(['db', 'web']);
      expect(await device.hold(1, 'web')).toBe(false);
    });

    it('takes the locks of an app without services', async () => {
      expect((await lease([])).services).toEqual([]);
    });

    it('takes the lock of a service that is named twice once', async () => {
      expect((await lease(['web', 'web'])).services).toEqual(['web']);
    });

    it('tells which services hold their locks, and does not count us', async () => {
      await device.hold(1, 'web');
      await device.leaveBehind(1, 'worker');
      await lease(['db']);
      expect(await device.locks.holders(1, ['db', 'gone', 'web', 'worker'])).toEqual([{ appId: 1, service: 'web' }]);
    });

    it('lets a second lease of the app wait for the first, in order', async () => {
      const first = await lease(['web']);
      const order: string[] = [];
      const second = lease(['web']).then((taken) => (order.push('second'), taken));
      const third = lease(['db']).then((taken) => (order.push('third'), taken));
      const takeAnotherApp = async (): Promise<void> => (await lease(['web'], { appId: 2 }))[Symbol.asyncDispose]();
      await takeAnotherApp();
      expect(order).toEqual([]);
      await first[Symbol.asyncDispose]();
      const taken = await second;
      await takeAnotherApp();
      expect(order).toEqual(['second']);
      await taken[Symbol.asyncDispose]();
      await third;
      expect(await device.heldByUs(1)).toEqual(['db']);
    });

    it('does not let one app wait for another', async () => {
      await lease(['web']);
      await lease(['web'], { appId: 2 });
      expect([await device.heldByUs(1), await device.heldByUs(2)]).toEqual([['web'], ['web']]);
    });

    it('ends a wait when its signal is aborted, and keeps the others waiting in order', async () => {
      const first = await lease(['web']);
      const controller = new AbortController();
      const aborted = acquire(['web'], { signal: controller.signal });
      const next = lease(['web']);
      controller.abort(new Error('enough'));
      await expect(aborted).rejects.toThrow('enough');
      await first[Symbol.asyncDispose]();
      expect((await next).services).toEqual(['web']);
      await expect(acquire(['web'], { signal: controller.signal })).rejects.toThrow('enough');
    });

    it('is free for the next one after a service held its lock', async () => {
      await device.hold(1, 'web');
      const results = await Promise.all([acquire(['web']), acquire(['web'])]);
      expect(results.map(({ status }) => status)).toEqual(['held', 'held']);
    });

    it('releases a lease once, not the one that came after it', async () => {
      const first = await lease(['web']);
      await first[Symbol.asyncDispose]();
      const second = await lease(['web']);
      await first[Symbol.asyncDispose]();
      expect(await device.heldByUs(1)).toEqual(['web']);
      await second[Symbol.asyncDispose]();
    });

    it('proves which locks it holds, as long as it does', async () => {
      const taken = await lease(['web']);
      expect(() => taken.assertHeld('web')).not.toThrow();
      expect(() => taken.assertHeld('db')).toThrow(RangeError);
      await taken[Symbol.asyncDispose]();
      expect(() => taken.assertHeld('web')).toThrow(RangeError);
      expect(taken.compromised.aborted).toBe(false);
    });

    it('takes over what an earlier run left behind', async () => {
      await device.leaveBehind(1, 'web');
      const taken = await lease(['web']);
      expect(await device.heldByUs(1)).toEqual(['web']);
      await taken[Symbol.asyncDispose]();
      expect(await device.hold(1, 'web')).toBe(true);
    });

    it('removes what an earlier run left behind, and no lock of a service or of its own', async () => {
      await device.leaveBehind(1, 'web');
      await device.hold(1, 'db');
      await lease(['cache'], { appId: 2 });
      const removed = await device.locks.recoverLeftovers();
      expect(new Set(removed.map(({ appId, service }) => `${appId}/${service}`))).toEqual(new Set(['1/web']));
      expect(await device.hold(1, 'web')).toBe(true);
      expect(await device.locks.holders(1, ['db'])).toHaveLength(1);
      expect(await device.heldByUs(2)).toEqual(['cache']);
      expect(await device.locks.recoverLeftovers()).toEqual([]);
    });

    it('reports locks that are taken and released while it is watched', async () => {
      await Promise.all([
        device.locks.prepare(1, ['web']),
        device.locks.prepare(1, ['db']),
        device.locks.prepare(2, ['web']),
      ]);
      const controller = new AbortController();
      const watched = device.locks.watch([{ appId: 1, services: ['web', 'db'] }], controller.signal);
      const changes = watched[Symbol.asyncIterator]();
      await device.hold(2, 'web');
      await device.hold(1, 'web');
      expect(await changes.next()).toEqual({ done: false, value: { appId: 1, service: 'web' } });
      await device.hold(1, 'db');
      expect(await changes.next()).toEqual({ done: false, value: { appId: 1, service: 'db' } });
      await device.drop(1, 'web');
      expect(await changes.next()).toEqual({ done: false, value: { appId: 1, service: 'web' } });
      const last = changes.next();
      controller.abort();
      expect(await last).toEqual({ done: true, value: undefined });
    });

    it('watches nothing when the signal is aborted already', async () => {
      const changes = device.locks.watch([{ appId: 1, services: ['web'] }], AbortSignal.abort());
      expect(await Array.fromAsync(changes)).toEqual([]);
    });

    it('releases everything when it is disposed of, and gives out no lease any more', async () => {
      await lease(['web']);
      const waiting = acquire(['web']).catch((thrown: unknown) => thrown);
      await device.locks[Symbol.asyncDispose]();
      expect(await waiting).toBeInstanceOf(LocksClosedError);
      await expect(acquire(['db'])).rejects.toBeInstanceOf(LocksClosedError);
      expect(await device.hold(1, 'web')).toBe(true);
    });
  });
}

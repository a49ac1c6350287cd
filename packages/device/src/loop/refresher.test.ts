import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { Refresher } from './refresher.ts';
import { createFakeClock, type FakeClock } from '../testing/index.ts';

let clock: FakeClock;
let looks: PromiseWithResolvers<void>[];
let refresher: Refresher;

beforeEach(() => {
  clock = createFakeClock();
  looks = [];
  refresher = new Refresher({
    clock,
    look: async () => {
      const look = Promise.withResolvers<void>();
      looks.push(look);
      await look.promise;
    },
  });
});

/** The look that is under way takes so many milliseconds. */
async function finishLook(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  looks.at(-1)?.resolve();
  await setImmediate();
}

describe('a refresher', () => {
  it('sees many changes in one look', async () => {
    for (let change = 0; change < 5; change++) refresher.request();
    clock.advance(500);
    await finishLook(10);
    clock.advance(60_000);
    expect(looks).toHaveLength(1);
  });

  it('looks again for what changed while it looked', async () => {
    refresher.request();
    clock.advance(500);
    refresher.request();
    await finishLook(10);
    clock.advance(500);
    expect(looks).toHaveLength(2);
  });

  it('takes a tenth of the time for looks, however long they take, and looks every five seconds all the same', async () => {
    const pauses: number[] = [];
    for (const duration of [100, 100, 300, 10_000, 10, 10]) {
      const before = clock.now();
      refresher.request();
      clock.advanceToNext();
      pauses.push(clock.now() - before);
      await finishLook(duration);
    }
    expect(pauses).toEqual([500, 900, 900, 2700, 5000, 500]);
  });

  it('goes on after a look that failed', async () => {
    refresher.request();
    clock.advance(500);
    looks[0]?.reject(new Error('the engine is away'));
    await setImmediate();
    refresher.request();
    clock.advance(500);
    expect(looks).toHaveLength(2);
  });

  it('ends with the look that is under way, and leaves no timer', async () => {
    refresher.request();
    clock.advance(500);
    refresher.request();
    const ended = refresher[Symbol.asyncDispose]();
    looks[0]?.resolve();
    await ended;
    expect(clock.pending).toBe(0);
  });
});

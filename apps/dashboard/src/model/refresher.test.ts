import { describe, expect, it } from 'vitest';
import { createRefresher } from './refresher.ts';

function start() {
  const timers: { at: number; callback: () => void }[] = [];
  const world = { now: 0, loads: 0, finish: () => {} };
  const refresher = createRefresher({
    load: () =>
      new Promise((resolve) => {
        world.loads++;
        world.finish = resolve;
      }),
    interval: 100,
    schedule: (callback, delay) => void timers.push({ at: world.now + delay, callback }),
    now: () => world.now,
  });
  const pass = async (time: number): Promise<void> => {
    world.now += time;
    for (const one of timers.splice(0)) {
      if (one.at <= world.now) one.callback();
      else timers.push(one);
    }
    await Promise.resolve();
  };
  const end = async (): Promise<void> => {
    world.finish();
    await new Promise(setImmediate);
  };
  return { world, refresher, pass, end };
}

describe('a refresher', () => {
  it('makes one load of several requests, and none of none', async () => {
    const { world, refresher, pass, end } = start();
    await pass(1_000);
    expect(world.loads).toBe(0);
    refresher.request();
    refresher.request();
    await pass(0);
    expect(world.loads).toBe(1);
    await end();
    await pass(1_000);
    expect(world.loads).toBe(1);
  });

  it('loads again for a request that came meanwhile, after the interval', async () => {
    const { world, refresher, pass, end } = start();
    refresher.request();
    await pass(0);
    refresher.request();
    await pass(50);
    await end();
    await pass(40);
    expect(world.loads).toBe(1);
    await pass(10);
    expect(world.loads).toBe(2);
  });

  it('waits while it is paused', async () => {
    const { world, refresher, pass } = start();
    refresher.pause(true);
    refresher.request();
    await pass(1_000);
    expect(world.loads).toBe(0);
    refresher.pause(false);
    await pass(0);
    expect(world.loads).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { UsageReading } from '../ports.ts';
import { createUsageHistory, USAGE_INTERVAL, USAGE_SPAN } from './usage-history.ts';

function start() {
  let readings = 0;
  const world = {
    now: 1_000_000,
    failure: noFailure(),
    get readings() {
      return readings;
    },
  };
  const history = createUsageHistory(
    async (): Promise<UsageReading> => {
      readings++;
      if (world.failure !== null) throw world.failure;
      return { cpuPercent: readings, memoryBytes: 1, memoryTotalBytes: 2, services: [] };
    },
    () => world.now,
  );
  const times = async (after = 0) => (await history.after(after)).map(({ time }) => time);
  return { world, history, times };
}

describe('the usage history', () => {
  it('reads when a client asks, and once for clients that ask at the same time', async () => {
    const { world, history } = start();
    expect(world.readings).toBe(0);
    const [first, second] = await Promise.all([history.after(0), history.after(0)]);
    expect(first).toEqual([{ time: 1_000_000, cpuPercent: 1, memoryBytes: 1, memoryTotalBytes: 2, services: [] }]);
    expect(second).toEqual(first);
    expect(world.readings).toBe(1);
  });

  it('answers from memory within the interval', async () => {
    const { world, times } = start();
    await times();
    world.now += USAGE_INTERVAL - 1;
    expect(await times()).toEqual([1_000_000]);
    world.now += 1;
    expect(await times()).toEqual([1_000_000, 1_000_000 + USAGE_INTERVAL]);
    expect(await times(1_000_000)).toEqual([1_000_000 + USAGE_INTERVAL]);
  });

  it('drops what is older than its span, and what a clock that was set back makes of the future', async () => {
    const { world, times } = start();
    await times();
    world.now += USAGE_SPAN;
    expect(await times()).toEqual([1_000_000 + USAGE_SPAN]);
    world.now = 5_000;
    expect(await times()).toEqual([5_000]);
  });

  it('passes a failure on, and reads again', async () => {
    const { world, times } = start();
    world.failure = new Error('the engine is away');
    await expect(times()).rejects.toThrow('the engine is away');
    world.failure = null;
    expect(await times()).toHaveLength(1);
  });
});

function noFailure(): Error | null {
  return null;
}

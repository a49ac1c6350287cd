import { describe, expect, it } from 'vitest';
import { mapConcurrently } from './map-concurrently.ts';

describe('mapConcurrently', () => {
  it('keeps the order, and works on a few items at once', async () => {
    const begun: number[] = [];
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const mapped = mapConcurrently([0, 1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      await gates[item]?.promise;
      return item * 10;
    });
    expect(begun).toEqual([0, 1]);
    gates[1]?.resolve();
    await gates[1]?.promise;
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2]);
    for (const gate of gates) gate.resolve();
    expect(await mapped).toEqual([0, 10, 20, 30, 40]);
  });

  it('rejects when one item fails', async () => {
    const failed = mapConcurrently([1, 2], 2, async (item) => {
      if (item === 2) throw new Error('two');
      return item;
    });
    await expect(failed).rejects.toThrow('two');
  });

  it('has nothing to do with nothing', async () => {
    expect(await mapConcurrently([], 2, async () => expect.unreachable('there is nothing'))).toEqual([]);
  });
});

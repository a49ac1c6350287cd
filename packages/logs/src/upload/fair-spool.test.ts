import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, createFairSpool, type SpooledMessage } from './fair-spool.ts';

function line(containerId: string, message: string): SpooledMessage {
  return {
    message: { message, timestamp: 1, serviceName: containerId },
    origin: { containerId, position: { timestamp: 1, seen: 1 } },
  };
}

function told(message: string): SpooledMessage {
  return { message: { message, timestamp: 1, isSystem: true }, origin: null };
}

describe('createFairSpool', () => {
  it('gives one of each container in turn, and those of one in order', () => {
    const spool = createFairSpool({ capacity: 100_000, onRoom: () => undefined });
    for (let index = 0; index < 100; index++) spool.push(line('noisy', `n${index}`));
    spool.push(line('quiet', 'q0'));
    spool.push(line('quiet', 'q1'));
    spool.push(told('system'));
    const first = Array.from({ length: 6 }, () => spool.take()?.message.message);
    expect(first).toEqual(['n0', 'q0', 'system', 'n1', 'q1', 'n2']);
  });

  it('drops the oldest messages of the supervisor when there are too many, and counts them', () => {
    const spool = createFairSpool({ capacity: 8_000, onRoom: () => undefined });
    for (let index = 0; index < 10; index++) spool.push(told(`${index}`));
    const dropped = spool.takeDropped();
    expect(dropped).toBe(10 - spool.size);
    expect(spool.takeDropped()).toBe(0);
    expect(spool.take()?.message.message).toBe(`${dropped}`);
  });

  it('never holds more than its capacity and one line of each, loses no line, and accepts every source again', () => {
    const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), length: fc.nat(500), take: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const capacity = 5_000;
        const stopped = new Set<string>();
        const spool = createFairSpool({ capacity, onRoom: (id) => stopped.delete(id) });
        const [pushed, taken]: [string[], string[]] = [[], []];
        const take = (): void => {
          const item = spool.take();
          if (item !== undefined) taken.push(item.message.message);
        };
        steps.forEach(({ id, length, take: count }, index) => {
          // As a reader does: it reads nothing while it is not wanted.
          if (!stopped.has(id)) {
            const item = line(id, `${index} ${'x'.repeat(length)}`);
            pushed.push(item.message.message);
            if (!spool.push(item)) stopped.add(id);
          }
          expect(spool.cost).toBeLessThanOrEqual(capacity + 3 * costOf(line('a', 'x'.repeat(510)).message));
          for (let turn = 0; turn < count; turn++) take();
        });
        while (spool.size > 0) take();
        expect(spool.cost).toBe(0);
        expect([...stopped]).toEqual([]);
        expect(taken.toSorted()).toEqual(pushed.toSorted());
      }),
    );
  });

  it('serves a quiet container after at most one line of each other, whatever these write', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 200 }), (noise) => {
        const spool = createFairSpool({ capacity: 20_000, onRoom: () => undefined });
        for (const id of noise) spool.push(line(id, 'noise'));
        spool.push(line('quiet', 'hear me'));
        const next = Array.from({ length: new Set(noise).size + 1 }, () => spool.take()?.message.message);
        expect(next).toContain('hear me');
      }),
    );
  });
});

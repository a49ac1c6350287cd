import { describe, expect, it } from 'vitest';
import { findCycles, inOrder } from './order.ts';

describe('inOrder', () => {
  it('puts each item behind its predecessors, however long the chain', () => {
    const items = Array.from({ length: 100_000 }, (_, index) => index);
    const ordered = inOrder(items, (item) => (item + 1 < items.length ? [item + 1] : []));
    expect(ordered.slice(0, 2)).toEqual([99_999, 99_998]);
    expect(ordered).toHaveLength(100_000);
  });
});

describe('findCycles', () => {
  it.each<[string, Record<string, string[]>, string[][]]>([
    ['none', { a: ['b', 'c'], b: ['c'], c: [] }, []],
    ['one that an item leads to', { a: ['b'], b: ['c'], c: ['b'] }, [['b', 'c']]],
    ['an item that depends on itself', { a: ['a'], b: ['a'] }, [['a']]],
    [
      'a second one through items of the first',
      { a: ['b'], b: ['c'], c: ['a', 'd'], d: ['b'] },
      [
        ['a', 'b', 'c'],
        ['d', 'b', 'c'],
      ],
    ],
    [
      'two that are apart',
      { a: ['b'], b: ['a'], c: ['d'], d: ['c'] },
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['none through a name that is not there', { a: ['constructor'] }, []],
  ])('finds %s', (_, edges, expected) => {
    expect(findCycles(new Map(Object.entries(edges)))).toEqual(expected);
  });
});

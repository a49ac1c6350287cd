import { describe, expect, it } from 'vitest';
import { findCycles, inOrder, PlanGraph, type DraftOperation } from './graph.ts';

function start(service: string): DraftOperation {
  const subject = { cause: 'because', appId: 1, service, container: service };
  return { kind: 'start-container', id: `start-container ${service}`, ...subject };
}

describe('a plan graph', () => {
  it('leaves out what is held and all that needs it, with its reason, and keeps what only follows it', () => {
    const graph = new PlanGraph();
    const draft = graph.draft();
    const held = draft.add(start('a'));
    const needing = draft.add(start('b'), { needs: [held] });
    draft.add(start('c'), { needs: [needing] });
    draft.add(start('d'), { follows: [needing] });
    const reason = { appId: 1, service: 'a', reason: 'locked', message: 'the service holds its update lock' } as const;
    draft.hold(held, reason);
    const plan = graph.finish(new Map());
    expect(plan.operations.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([['start-container d', []]]);
    expect(plan.blocked).toEqual([reason]);
  });

  it('plans an operation that is asked for twice once', () => {
    const graph = new PlanGraph();
    const first = graph.draft().add(start('a'));
    expect(graph.draft().add(start('a'))).toBe(first);
    expect(graph.finish(new Map()).operations).toHaveLength(1);
  });

  it('leaves out what only makes sense with a node that is left out', () => {
    const graph = new PlanGraph();
    const draft = graph.draft();
    const earlier = draft.add(start('a'));
    draft.add(start('b'), { needs: [earlier] });
    const held = draft.add(start('c'));
    draft.onlyWith(held, [earlier]);
    draft.hold(held);
    expect(graph.finish(new Map()).operations).toEqual([]);
  });
});

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

import { describe, expect, it } from 'vitest';
import { PlanGraph, type DraftOperation } from './graph.ts';

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

import { describe, expect, it } from 'vitest';
import { layoutGraph } from './layout-graph.ts';

describe('the picture of dependencies', () => {
  it('puts each service behind what it depends on', () => {
    const graph = layoutGraph(
      new Map([
        ['web', ['api', 'gone']],
        ['api', ['db']],
        ['db', []],
        ['cache', []],
      ]),
    );
    expect(graph.nodes.map(({ name, layer, row }) => `${name} ${layer}.${row}`)).toEqual([
      'web 2.0',
      'api 1.0',
      'db 0.0',
      'cache 0.1',
    ]);
    expect(graph.edges).toEqual([
      { from: 'web', to: 'api' },
      { from: 'api', to: 'db' },
    ]);
    expect([graph.layers, graph.rows]).toEqual([3, 2]);
  });

  it('ends also with a cycle', () => {
    expect(
      layoutGraph(
        new Map([
          ['a', ['b']],
          ['b', ['a']],
        ]),
      ).nodes,
    ).toHaveLength(2);
    expect(layoutGraph(new Map()).rows).toBe(0);
  });
});

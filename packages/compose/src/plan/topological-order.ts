/** Something that comes after others. */
interface Node {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** Puts each node behind those that it depends on; otherwise the order stays. Every dependency must be among the nodes. */
export function topologicalOrder<T extends Node>(nodes: readonly T[]): T[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ordered: T[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (node: T): void => {
    if (state.get(node.id) === 'done') return;
    if (state.get(node.id) === 'open') throw new RangeError(`${node.id} depends on itself`);
    state.set(node.id, 'open');
    for (const id of node.dependsOn) {
      const dependency = byId.get(id);
      if (dependency === undefined) throw new RangeError(`${node.id} depends on ${id}, which is not there`);
      visit(dependency);
    }
    state.set(node.id, 'done');
    ordered.push(node);
  };
  nodes.forEach(visit);
  return ordered;
}

/** Cycles of a graph given as edges by name, each cycle once, in the direction of its edges. */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name);
    if (start >= 0) {
      const cycle = path.slice(start);
      if (!cycles.some((known) => known.length === cycle.length && cycle.every((one) => known.includes(one)))) {
        cycles.push(cycle);
      }
      return;
    }
    if (done.has(name)) return;
    for (const next of edges.get(name) ?? []) walk(next, [...path, name]);
    done.add(name);
  };
  for (const name of edges.keys()) walk(name, []);
  return cycles;
}

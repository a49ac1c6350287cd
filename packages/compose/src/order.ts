/** Puts each item behind its predecessors, and leaves the order as it is otherwise. In a cycle, the first item stays first. */
export function inOrder<Item>(items: readonly Item[], predecessorsOf: (item: Item) => readonly Item[]): Item[] {
  const ordered: Item[] = [];
  const seen = new Set<Item>();
  // A stack of its own: a chain of dependencies may be longer than the stack of calls.
  const open: { readonly item: Item; readonly before: Iterator<Item> }[] = [];
  const enter = (item: Item): void => {
    if (seen.has(item)) return;
    seen.add(item);
    open.push({ item, before: predecessorsOf(item)[Symbol.iterator]() });
  };
  for (const item of items) {
    enter(item);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.before.next();
      if (next.done !== true) {
        enter(next.value);
        continue;
      }
      ordered.push(top.item);
      open.pop();
    }
  }
  return ordered;
}

/**
 * Cycles among items, in the direction of their edges: at least one through every item that is in any, each the shortest
 * through its first item.
 */
export function findCycles<Item>(edges: ReadonlyMap<Item, readonly Item[]>): Item[][] {
  const cycles: Item[][] = [];
  const covered = new Set<Item>();
  for (const item of leadingToCycles(edges)) {
    const cycle = covered.has(item) ? null : shortestCycle(item, edges);
    if (cycle === null) continue;
    cycles.push(cycle);
    for (const one of cycle) covered.add(one);
  }
  return cycles;
}

/** Items from which a cycle can be reached: none, as a rule, so that the search costs nothing. */
function leadingToCycles<Item>(edges: ReadonlyMap<Item, readonly Item[]>): Item[] {
  const sources = new Map<Item, Item[]>();
  const open = new Map<Item, number>();
  for (const [item, targets] of edges) {
    const known = targets.filter((target) => edges.has(target));
    open.set(item, known.length);
    for (const target of known) {
      const others = sources.get(target);
      if (others === undefined) sources.set(target, [item]);
      else others.push(item);
    }
  }
  const ends = [...edges.keys()].filter((item) => open.get(item) === 0);
  for (const end of ends) {
    for (const source of sources.get(end) ?? []) {
      const left = (open.get(source) ?? 0) - 1;
      open.set(source, left);
      if (left === 0) ends.push(source);
    }
  }
  return [...edges.keys()].filter((item) => open.get(item) !== 0);
}

function shortestCycle<Item>(start: Item, edges: ReadonlyMap<Item, readonly Item[]>): Item[] | null {
  const cameFrom = new Map<Item, Item>();
  const pending = [start];
  for (const item of pending) {
    for (const next of edges.get(item) ?? []) {
      if (next === start) {
        const cycle = [item];
        for (let one = item; one !== start;) {
          const previous = cameFrom.get(one);
          if (previous === undefined) break;
          cycle.unshift(previous);
          one = previous;
        }
        return cycle;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, item);
      pending.push(next);
    }
  }
  return null;
}

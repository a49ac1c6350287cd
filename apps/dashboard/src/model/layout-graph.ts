/** A service in the picture of dependencies, with its place. */
export interface GraphNode {
  readonly name: string;
  /** 0: it depends on nothing. */
  readonly layer: number;
  /** Within its layer, from 0. */
  readonly row: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** From a service to one that it depends on. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly layers: number;
  /** Of the layer with the most services. */
  readonly rows: number;
}

/** Puts each service behind what it depends on. A cycle, which the device refuses, ends where it closes. */
export function layoutGraph(dependencies: ReadonlyMap<string, readonly string[]>): Graph {
  const layers = new Map<string, number>();
  const layerOf = (name: string, above: ReadonlySet<string>): number => {
    const known = layers.get(name);
    if (known !== undefined) return known;
    const own = (dependencies.get(name) ?? []).filter((one) => dependencies.has(one) && !above.has(one));
    const path = new Set([...above, name]);
    const layer = own.length === 0 ? 0 : Math.max(...own.map((one) => layerOf(one, path))) + 1;
    layers.set(name, layer);
    return layer;
  };
  const rows = new Map<number, number>();
  const nodes = [...dependencies.keys()].map((name) => {
    const layer = layerOf(name, new Set());
    const row = rows.get(layer) ?? 0;
    rows.set(layer, row + 1);
    return { name, layer, row };
  });
  const edges = [...dependencies].flatMap(([from, names]) =>
    names.filter((to) => dependencies.has(to)).map((to) => ({ from, to })),
  );
  return { nodes, edges, layers: rows.size, rows: Math.max(0, ...rows.values()) };
}

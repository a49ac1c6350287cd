/*
 * A YAML document as an immutable tree in which every value knows where it was written. Files are interpolated, extended
 * and merged as trees, so a fault found at the end still names the file, line and column of its origin.
 */

/** Where a value was written; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Scalar = string | number | boolean | null;

/** `!reset` removes the value that it overrides; `!override` replaces it instead of being merged with it. */
export type MergeTag = '!reset' | '!override';

interface Located {
  readonly place: Place;
  readonly tag?: MergeTag | undefined;
}

export interface ScalarTree extends Located {
  readonly kind: 'scalar';
  readonly value: Scalar;
}
export interface ListTree extends Located {
  readonly kind: 'list';
  readonly items: readonly Tree[];
}
export interface MapTree extends Located {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
}
export type Tree = ScalarTree | ListTree | MapTree;

export interface MapEntry {
  /** Where the key was written. */
  readonly at: Place;
  readonly value: Tree;
}

export function scalarTree(value: Scalar, place: Place): ScalarTree {
  return { kind: 'scalar', value, place };
}

/** An empty map at a place. */
export function mapTree(place: Place, entries: Iterable<readonly [string, MapEntry]> = []): MapTree {
  return { kind: 'map', entries: new Map(entries), place };
}

/** The value of a key; `undefined`: the tree is not a map, or has no such key. */
export function child(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined;
}

/** The tree with a key set to a value, or without the key when the value is `undefined`. */
export function withChild(tree: MapTree, key: string, value: Tree | undefined): MapTree {
  const entries = new Map(tree.entries);
  if (value === undefined) entries.delete(key);
  else entries.set(key, { at: entries.get(key)?.at ?? value.place, value });
  return { ...tree, entries };
}

/** The tree with each value of the map replaced; a key whose value becomes `undefined` is left out. */
export function mapChildren(tree: MapTree, change: (value: Tree, key: string) => Tree | undefined): MapTree {
  const entries = new Map<string, MapEntry>();
  for (const [key, { at, value }] of tree.entries) {
    const changed = change(value, key);
    if (changed !== undefined) entries.set(key, { at, value: changed });
  }
  return { ...tree, entries };
}

/** The text of a scalar as compose reads it; `undefined`: not a scalar, or null. */
export function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'scalar' && tree.value !== null ? String(tree.value) : undefined;
}

export function isNull(tree: Tree | undefined): boolean {
  return tree?.kind === 'scalar' && tree.value === null;
}

/** The place of the value with this path, or of the nearest value around it. Keys are preferred to values. */
export function placeOf(tree: Tree, path: readonly PropertyKey[]): Place {
  let current: Tree = tree;
  let { place } = tree;
  for (const key of path) {
    if (current.kind === 'map') {
      const entry = current.entries.get(String(key));
      if (entry === undefined) break;
      place = entry.at;
      current = entry.value;
    } else if (current.kind === 'list') {
      const item = current.items[Number(key)];
      if (item === undefined) break;
      ({ place } = item);
      current = item;
    } else break;
  }
  return place;
}

/** The part of a path that leads into the tree: what a single value stands for has no path of its own. */
export function pathInto(tree: Tree, path: readonly PropertyKey[]): readonly PropertyKey[] {
  let current: Tree | undefined = tree;
  for (const [index, key] of path.entries()) {
    if (current?.kind === 'scalar') return path.slice(0, index);
    current = current?.kind === 'list' ? current.items[Number(key)] : child(current, String(key));
  }
  return path;
}

/** The tree as plain values. Maps become objects without a prototype's names in them. */
export function toPlain(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(toPlain);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, toPlain(value)]));
  }
}

import type { IssueCollector } from '../errors.ts';
import { mapChildren, type Place, type Tree } from '../yaml/tree.ts';
import { interpolate, InterpolationError, type Lookup } from './interpolate.ts';

export interface InterpolationContext {
  readonly lookup: Lookup;
  readonly issues: IssueCollector;
  /** Called for each use of a variable that has no value. */
  onUnset(name: string, place: Place): void;
}

/** Replaces the variables in all values of a tree; keys stay as they are. */
export function interpolateTree(tree: Tree, context: InterpolationContext, path: readonly string[] = []): Tree {
  switch (tree.kind) {
    case 'map':
      return mapChildren(tree, (value, key) => interpolateTree(value, context, [...path, key]));
    case 'list':
      return {
        ...tree,
        items: tree.items.map((item, index) => interpolateTree(item, context, [...path, String(index)])),
      };
    case 'scalar': {
      if (typeof tree.value !== 'string' || !tree.value.includes('$')) return tree;
      try {
        const { text, unset } = interpolate(tree.value, context.lookup);
        for (const name of unset) context.onUnset(name, tree.place);
        return { ...tree, value: text };
      } catch (error) {
        if (!(error instanceof InterpolationError)) throw error;
        context.issues.add(tree.place, path, error.message);
        return tree;
      }
    }
  }
}

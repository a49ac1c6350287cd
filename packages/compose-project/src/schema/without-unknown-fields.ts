import { didYouMean } from '../service/did-you-mean.ts';
import { mapChildren, type MapTree, type Place, type Tree } from '../yaml/tree.ts';
import { COMPOSE_FIELDS, type Fields } from './compose-schema.ts';

export interface UnknownField {
  readonly name: string;
  readonly path: readonly string[];
  /** Of the key. */
  readonly place: Place;
  /** `''`, or the field that is meant. */
  readonly suggestion: string;
}

/** A compose file without the fields that the specification does not know. Those that begin with `x-` are for others. */
export function withoutUnknownFields(tree: MapTree): {
  readonly tree: MapTree;
  readonly unknown: readonly UnknownField[];
} {
  const unknown: UnknownField[] = [];
  return { tree: prune(tree, { fields: COMPOSE_FIELDS, path: [], unknown }), unknown };
}

interface Scope {
  readonly fields: Fields;
  readonly path: readonly string[];
  readonly unknown: UnknownField[];
}

function prune(tree: MapTree, { fields, path, unknown }: Scope): MapTree {
  return mapChildren(tree, (value, name) => {
    const known = Object.hasOwn(fields, name) ? fields[name] : fields['*'];
    const inside = [...path, name];
    if (known !== undefined)
      return known === null ? value : pruneValue(value, { fields: known, path: inside, unknown });
    if (name.startsWith('x-')) return value;
    const place = tree.entries.get(name)?.at ?? tree.place;
    unknown.push({ name, path: inside, place, suggestion: didYouMean(name, Object.keys(fields)) });
    return undefined;
  });
}

function pruneValue(value: Tree, scope: Scope): Tree {
  switch (value.kind) {
    case 'map':
      return prune(value, scope);
    case 'list':
      return {
        ...value,
        items: value.items.map((item, index) =>
          item.kind === 'map' ? prune(item, { ...scope, path: [...scope.path, String(index)] }) : item,
        ),
      };
    case 'scalar':
      return value;
  }
}

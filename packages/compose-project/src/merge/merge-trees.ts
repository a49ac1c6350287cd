import {
  isNull,
  mapTree,
  scalarTree,
  textOf,
  type ListTree,
  type MapEntry,
  type MapTree,
  type Tree,
} from '../yaml/tree.ts';
import { mergeRule, type MergeRule } from './merge-rules.ts';
import { splitPort, targetOfMount } from './short-forms.ts';

/**
 * Merges a compose file into the one that it overrides, by the rules of docker compose: maps by key, lists one after the
 * other, and the exceptions of {@link mergeRule}. `null` changes nothing. `!reset` removes a value; `!override` replaces it.
 *
 * @param path of both values in the document, e.g. `['services', 'web']`
 */
export function mergeTrees(base: Tree | undefined, override: Tree, path: readonly string[]): Tree | undefined {
  if (override.tag === '!reset') return undefined;
  if (base === undefined || override.tag === '!override') return withoutTags(override);
  if (isNull(override)) return base;
  if (isNull(base)) return withoutTags(override);
  return mergeBy(mergeRule(path), [base, override], path);
}

/** Applies `!reset` and `!override` in a file that overrides nothing. */
export function withoutTags(tree: Tree): Tree {
  switch (tree.kind) {
    case 'scalar':
      return tree.tag === undefined ? tree : scalarTree(tree.value, tree.place);
    case 'list':
      return { kind: 'list', items: kept(tree.items).map(withoutTags), place: tree.place };
    case 'map':
      return mapTree(
        tree.place,
        [...tree.entries]
          .filter(([, { value }]) => value.tag !== '!reset')
          .map(([key, { at, value }]) => [key, { at, value: withoutTags(value) }]),
      );
  }
}

function kept(items: readonly Tree[]): readonly Tree[] {
  return items.filter(({ tag }) => tag !== '!reset');
}

function mergeBy(rule: MergeRule, [base, override]: readonly [Tree, Tree], path: readonly string[]): Tree {
  switch (rule) {
    case 'replace':
      return withoutTags(override);
    case 'key-values':
      return mergeKeyValues(asKeyValues(base), asKeyValues(override));
    case 'names':
      return mergeMaps(asNameMap(base), asNameMap(override), path);
    case 'build':
      return mergeMaps(asBuild(base), asBuild(override), path);
    case 'logging':
      return mergeLogging(base, override, path);
    case 'ports':
      return mergeLists(asList(base), asList(override), portKey);
    case 'mounts':
      return mergeLists(asList(base), asList(override), mountKey);
    case 'files':
      return mergeLists(asList(base), asList(override), fileKey);
    case 'distinct':
      return mergeLists(asList(base), asList(override), textOf);
    case 'default':
      if (base.kind === 'map' && override.kind === 'map') return mergeMaps(base, override, path);
      if (base.kind === 'list' && override.kind === 'list') return mergeLists(base, override, () => undefined);
      return withoutTags(override);
  }
}

function mergeMaps(base: Tree, override: Tree, path: readonly string[]): Tree {
  if (base.kind !== 'map' || override.kind !== 'map') return withoutTags(override);
  const entries = new Map(base.entries);
  for (const [key, { at, value }] of override.entries) {
    const merged = mergeTrees(entries.get(key)?.value, value, [...path, key]);
    if (merged === undefined) entries.delete(key);
    else
      entries.set(key, {
        at: value === merged || merged.place === value.place ? at : (entries.get(key)?.at ?? at),
        value: merged,
      });
  }
  return { kind: 'map', entries, place: base.place };
}

/** In `environment` and its like a `null` says where the value comes from, so it overrides too. */
function mergeKeyValues(base: Tree, override: Tree): Tree {
  if (base.kind !== 'map' || override.kind !== 'map') return withoutTags(override);
  const entries = new Map(base.entries);
  for (const [key, entry] of override.entries) {
    if (entry.value.tag === '!reset') entries.delete(key);
    else entries.set(key, { at: entry.at, value: withoutTags(entry.value) });
  }
  return { kind: 'map', entries, place: base.place };
}

/** Options of one driver mean nothing to another. */
function mergeLogging(base: Tree, override: Tree, path: readonly string[]): Tree {
  const [before, after] = [base, override].map((tree) =>
    tree.kind === 'map' ? textOf(tree.entries.get('driver')?.value) : undefined,
  );
  if (before !== undefined && after !== undefined && before !== after) return withoutTags(override);
  return mergeMaps(base, override, path);
}

/** Items with the same key are the same; the later one replaces the earlier one in its position. */
function mergeLists(base: Tree, override: Tree, keyOf: (item: Tree) => string | undefined): Tree {
  if (base.kind !== 'list' || override.kind !== 'list') return withoutTags(override);
  const items = [...base.items];
  const positions = new Map(items.map((item, index) => [keyOf(item), index]));
  for (const item of kept(override.items)) {
    const key = keyOf(item);
    const position = key === undefined ? undefined : positions.get(key);
    if (position === undefined) {
      if (key !== undefined) positions.set(key, items.length);
      items.push(withoutTags(item));
    } else items[position] = withoutTags(item);
  }
  return { kind: 'list', items, place: base.place };
}

function asList(tree: Tree): Tree {
  return tree.kind === 'scalar' ? { kind: 'list', items: [tree], place: tree.place, tag: tree.tag } : tree;
}

/** A list of `KEY=value` as a map. */
function asKeyValues(tree: Tree): Tree {
  if (tree.kind !== 'list') return tree;
  const entries = kept(tree.items).flatMap((item): [string, MapEntry][] => {
    const text = textOf(item);
    if (text === undefined) return [];
    const separator = text.indexOf('=');
    const key = separator < 0 ? text : text.slice(0, separator);
    const value = scalarTree(separator < 0 ? null : text.slice(separator + 1), item.place);
    return [[key, { at: item.place, value }]];
  });
  return listAsMap(tree, entries);
}

/** A list of names as a map of them, e.g. `networks` and `depends_on`. */
function asNameMap(tree: Tree): Tree {
  if (tree.kind !== 'list') return tree;
  const entries = kept(tree.items).flatMap((item): [string, MapEntry][] => {
    const name = textOf(item);
    return name === undefined ? [] : [[name, { at: item.place, value: scalarTree(null, item.place) }]];
  });
  return listAsMap(tree, entries);
}

function listAsMap(list: ListTree, entries: readonly (readonly [string, MapEntry])[]): MapTree {
  return { ...mapTree(list.place, entries), tag: list.tag };
}

/** `build: .` is short for `build: {context: .}`. */
function asBuild(tree: Tree): Tree {
  if (tree.kind !== 'scalar') return tree;
  return mapTree(tree.place, [['context', { at: tree.place, value: tree }]]);
}

function portKey(item: Tree): string | undefined {
  if (item.kind === 'map') {
    const [ip = '', published = '', target = '', protocol = 'tcp'] = ['host_ip', 'published', 'target', 'protocol'].map(
      (key) => textOf(item.entries.get(key)?.value),
    );
    return `${ip}|${published}|${target}|${protocol}`;
  }
  const text = textOf(item);
  return text === undefined ? undefined : Object.values(splitPort(text)).join('|');
}

function mountKey(item: Tree): string | undefined {
  const text = textOf(item);
  return item.kind === 'map'
    ? textOf(item.entries.get('target')?.value)
    : text === undefined
      ? undefined
      : targetOfMount(text);
}

function fileKey(item: Tree): string | undefined {
  if (item.kind !== 'map') return textOf(item);
  return textOf(item.entries.get('target')?.value) ?? textOf(item.entries.get('source')?.value);
}

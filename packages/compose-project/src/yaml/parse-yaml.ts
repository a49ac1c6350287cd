import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { ProjectError, type ProjectIssue } from '../errors.ts';
import type { MapEntry, MergeTag, Place, Scalar, Tree } from './tree.ts';

/** Values that a document may have once its aliases are written out; what is larger is an attack or a mistake. */
const MAX_VALUES = 200_000;

/** How deep values may be nested. */
const MAX_DEPTH = 100;

/**
 * Parses a compose file: YAML 1.2 with anchors, merge keys and octal numbers with a leading zero, as the Go library of
 * docker compose reads it.
 *
 * @param file absolute path, for the places
 * @throws ProjectError with line and column of every fault
 */
export function parseYaml(text: string, file: string): Tree {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, prettyErrors: false, lineCounter: lines, logLevel: 'silent' });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: Math.max(col, 1) };
  };
  // Unexpected tokens behind a fault follow from that fault.
  const errors = document.errors.filter(({ code }, index) => index === 0 || code !== 'UNEXPECTED_TOKEN');
  const issues = errors.map(({ message, pos: [offset] }) => issueAt(placeAt(offset), '', message));
  if (issues.length > 0) throw new ProjectError(issues);
  return new TreeBuilder(document, placeAt).build();
}

class TreeBuilder {
  readonly #document: Document;
  readonly #placeAt: (offset: number) => Place;
  readonly #issues: ProjectIssue[] = [];
  readonly #targets = new Map<Alias, Node>();
  #values = 0;

  constructor(document: Document, placeAt: (offset: number) => Place) {
    this.#document = document;
    this.#placeAt = placeAt;
  }

  build(): Tree {
    const tree = this.#tree(this.#document.contents, [], this.#placeAt(0));
    if (this.#issues.length > 0) throw new ProjectError(this.#issues);
    return tree;
  }

  #tree(node: unknown, path: readonly string[], around: Place): Tree {
    const place = isNodeWithRange(node) ? this.#placeAt(node.range[0]) : around;
    this.#values += 1;
    if (this.#values > MAX_VALUES || path.length > MAX_DEPTH) {
      const limit = path.length > MAX_DEPTH ? `${MAX_DEPTH} levels` : `${MAX_VALUES} values`;
      throw new ProjectError([
        issueAt(place, path.join('.'), `has more than ${limit}, counting every use of an anchor: write less into it`),
      ]);
    }
    if (isAlias(node)) {
      const target = this.#targetOf(node);
      if (target !== undefined) return this.#tree(target, path, place);
      return this.#fault(place, path, `there is no anchor &${node.source} before this`);
    }
    if (isMap(node)) return { kind: 'map', entries: this.#entries(node, path, place), place, tag: mergeTag(node) };
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.#tree(item, [...path, String(index)], place));
      return { kind: 'list', items, place, tag: mergeTag(node) };
    }
    if (isScalar(node)) return { kind: 'scalar', value: scalarOf(node.value, node.source), place, tag: mergeTag(node) };
    return { kind: 'scalar', value: null, place };
  }

  #entries(node: YAMLMap, path: readonly string[], around: Place): Map<string, MapEntry> {
    const own = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    for (const pair of node.items) {
      if (isMergeKey(pair)) {
        for (const source of this.#mergeSources(pair, path, around)) {
          for (const [key, entry] of source) if (!merged.has(key)) merged.set(key, entry);
        }
        continue;
      }
      const at = isNodeWithRange(pair.key) ? this.#placeAt(pair.key.range[0]) : around;
      if (!isScalar(pair.key)) {
        this.#fault(at, path, 'a key must be text, a number, true or false');
        continue;
      }
      const key = String(pair.key.value);
      own.set(key, { at, value: this.#tree(pair.value, [...path, key], at) });
    }
    // A key of the map itself wins over those that it takes from an anchor, and keeps its position.
    const all = new Map([...merged, ...own]);
    return all.size === own.size ? own : all;
  }

  /** What `<<` brings into a map: one map, or a list of maps whose earlier ones win. */
  #mergeSources({ value }: Pair, path: readonly string[], around: Place): readonly ReadonlyMap<string, MapEntry>[] {
    const resolved = isAlias(value) ? this.#targetOf(value) : value;
    const sources = isSeq(resolved) ? resolved.items : [value];
    return sources.flatMap((source) => {
      const tree = this.#tree(source, path, around);
      if (tree.kind === 'map') return [tree.entries];
      this.#fault(tree.place, path, '<< takes a map, or a list of maps');
      return [];
    });
  }

  /** The library walks the whole document to find the target of an alias. */
  #targetOf(alias: Alias): Node | undefined {
    let target = this.#targets.get(alias);
    if (target === undefined) {
      target = alias.resolve(this.#document);
      if (target !== undefined) this.#targets.set(alias, target);
    }
    return target;
  }

  #fault(place: Place, path: readonly string[], message: string): Tree {
    this.#issues.push(issueAt(place, path.join('.'), message));
    return { kind: 'scalar', value: null, place };
  }
}

function issueAt({ file, line, column }: Place, path: string, message: string): ProjectIssue {
  return { file, position: { line, column }, path, message };
}

/** The library reads the merge key as a symbol. */
function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && typeof pair.key.value === 'symbol' && pair.key.value.description === '<<';
}

/** `0440` is octal for docker compose, which matters for the mode of a secret. */
function scalarOf(value: unknown, source: string | undefined): Scalar {
  if (typeof value === 'number' && source !== undefined && /^[-+]?0[0-7]+$/.test(source)) {
    const digits = Number.parseInt(source.replace(/^[-+]/, ''), 8);
    return source.startsWith('-') ? -digits : digits;
  }
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    default:
      return null;
  }
}

function mergeTag(node: Node): MergeTag | undefined {
  return node.tag === '!reset' || node.tag === '!override' ? node.tag : undefined;
}

function isNodeWithRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

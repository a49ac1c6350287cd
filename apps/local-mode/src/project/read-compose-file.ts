import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import type { Position, ProjectIssue } from './errors.ts';
import { ProjectError } from './errors.ts';
import { interpolate, InterpolationError, type Variables } from './interpolate.ts';

/** A compose file as plain values, and where they stand. */
export interface ComposeFile {
  readonly value: unknown;
  /** Variables that the file names and that have no value, with the place of the first use of each. */
  readonly unset: ReadonlyMap<string, Position | undefined>;
  /** Place of the value with this path, or of the nearest one around it. */
  locate(path: readonly PropertyKey[]): Position | undefined;
}

/**
 * Parses a compose file: YAML 1.2 with anchors and merge keys, and variables in its values.
 *
 * @param file for messages
 * @throws ProjectError with line and column of every fault
 */
export function readComposeFile(text: string, file: string, variables: Variables): ComposeFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, prettyErrors: false, lineCounter: lines });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const faults = document.errors.map(({ message, pos: [offset] }) => ({
    file,
    position: positionAt(offset),
    path: '',
    message,
  }));
  if (faults.length > 0) throw new ProjectError(faults);

  const unset = interpolateScalars(document, { file, variables, positionAt });
  return {
    value: toPlain(document, file),
    unset,
    locate: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : positionAt(offset);
    },
  };
}

function interpolateScalars(
  document: Document,
  { file, variables, positionAt }: { file: string; variables: Variables; positionAt: (offset: number) => Position },
): Map<string, Position | undefined> {
  const unset = new Map<string, Position | undefined>();
  const faults: ProjectIssue[] = [];
  visit(document, {
    Alias(_, node, ancestors) {
      if (node.resolve(document) !== undefined) return;
      const position = node.range == null ? undefined : positionAt(node.range[0]);
      faults.push({
        file,
        position,
        path: pathOf(ancestors),
        message: `there is no anchor &${node.source} before this`,
      });
    },
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const position = node.range == null ? undefined : positionAt(node.range[0]);
      try {
        const result = interpolate(node.value, variables);
        node.value = result.text;
        for (const name of result.unset) if (!unset.has(name)) unset.set(name, position);
      } catch (error) {
        if (!(error instanceof InterpolationError)) throw error;
        faults.push({ file, position, path: pathOf(ancestors), message: error.message });
      }
    },
  });
  if (faults.length > 0) throw new ProjectError(faults);
  return unset;
}

/** Aliases of aliases of aliases would fill the memory; the library refuses them. */
function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ProjectError([{ file, path: '', message: error instanceof Error ? error.message : String(error) }]);
  }
}

function pathOf(ancestors: readonly unknown[]): string {
  return ancestors.flatMap((node) => (isPair(node) && isScalar(node.key) ? [String(node.key.value)] : [])).join('.');
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of path) {
    const child = childOf(resolve(node, document), key, document);
    if (child === undefined) break;
    node = child.value;
    offset = child.offset ?? offset;
  }
  return offset;
}

interface Child {
  readonly value: unknown;
  readonly offset: number | undefined;
}

function childOf(node: unknown, key: PropertyKey, document: Document): Child | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    if (pair !== undefined) return { value: pair.value, offset: startOf(pair.key) };
    const merged = node.items.find((item) => isMergeKey(item.key))?.value;
    return mergedSources(merged, document)
      .map((source) => childOf(source, key, document))
      .find((child) => child !== undefined);
  }
  if (isNode(node) && 'items' in node && Array.isArray(node.items)) {
    const value: unknown = node.items[Number(key)];
    return value === undefined ? undefined : { value, offset: startOf(value) };
  }
  return undefined;
}

/** The library reads it as a symbol. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol' && key.value.description === '<<';
}

/** What a merge key brings in: one map, or a list of maps. */
function mergedSources(value: unknown, document: Document): readonly unknown[] {
  const source = resolve(value, document);
  if (source === undefined || isMap(source)) return [source];
  return isNode(source) && 'items' in source && Array.isArray(source.items)
    ? source.items.map((item: unknown) => resolve(item, document))
    : [];
}

function resolve(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node satisfies Node).range?.[0] : undefined;
}

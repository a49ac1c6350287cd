import { visitorKeys, type Program } from 'oxc-parser';

/** One use of something that reaches outside of the program. */
interface Use {
  /** e.g. `process`, `Date.now()`. */
  readonly name: string;
  /** Offset in the text. */
  readonly start: number;
}

/** Globals that reach outside whatever one does with them. */
const IMPURE = new Set([
  'Buffer',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

/** Globals with some members that reach outside. */
const IMPURE_MEMBERS = new Set(['AbortSignal.timeout', 'Date.now', 'Math.random']);

/**
 * Uses of timers, clock, randomness, console and process. A name that the file declares anywhere is the file's own.
 */
export function globalUses(program: Program): Use[] {
  const declared = new Set<string>();
  const uses: Use[] = [];
  walk(program, (node, parent) => {
    for (const name of declaredBy(node)) declared.add(name);
    const { type, start, name } = node;
    if (type === 'Identifier' && typeof name === 'string' && IMPURE.has(name) && isReference(node, parent)) {
      uses.push({ name, start });
    }
    const member = impureMember(node);
    if (member !== null) uses.push({ name: member, start });
    if (isDateOfNow(node)) uses.push({ name: 'new Date()', start });
  });
  return uses.filter((use) => !declared.has(use.name));
}

interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** Calls back for each node that is left at run time, outermost first. */
function walk(
  node: unknown,
  enter: (node: AstNode, parent: AstNode | null) => void,
  parent: AstNode | null = null,
): void {
  if (!isNode(node) || isTypeNode(node)) return;
  enter(node, parent);
  for (const key of visitorKeys[node.type] ?? []) {
    const child = node[key];
    for (const item of Array.isArray(child) ? child : [child]) walk(item, enter, node);
  }
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Types vanish; these wrap expressions that stay. */
const TYPED_EXPRESSIONS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSParameterProperty',
]);

function isTypeNode(node: AstNode): boolean {
  return node.type.startsWith('TS') && !TYPED_EXPRESSIONS.has(node.type);
}

/** The names that a declaration, function, class, import or catch clause brings into being. */
function declaredBy({ type, id, params, param, local }: AstNode): string[] {
  if (type.startsWith('Export')) return [];
  return [id, params, param, local].flatMap(namesIn);
}

/** The names in a pattern, e.g. `a`, `{ b: [c] }`, `...d` or `e = 1`. */
function namesIn(pattern: unknown): string[] {
  if (Array.isArray(pattern)) return pattern.flatMap(namesIn);
  if (!isNode(pattern)) return [];
  if (pattern.type === 'Identifier') return [String(pattern['name'])];
  const { properties, elements, left, argument, parameter } = pattern;
  const value = pattern.type === 'Property' ? pattern['value'] : undefined;
  return [properties, elements, left, argument, parameter, value].flatMap(namesIn);
}

/** Whether the identifier reads a variable, in contrast to naming a member. */
function isReference(node: AstNode, parent: AstNode | null): boolean {
  if (parent === null || parent['computed'] === true) return true;
  if (parent.type === 'MemberExpression') return parent['property'] !== node;
  return parent['key'] !== node || parent['shorthand'] === true;
}

/** `Date.now` where the node is that member. */
function impureMember(node: AstNode): string | null {
  if (node.type !== 'MemberExpression' || node['computed'] === true) return null;
  const { object, property } = node;
  if (!isNode(object) || !isNode(property)) return null;
  const member = `${String(object['name'])}.${String(property['name'])}`;
  return IMPURE_MEMBERS.has(member) ? member : null;
}

function isDateOfNow(node: AstNode): boolean {
  if (node.type !== 'NewExpression' || !isNode(node['callee']) || node['callee']['name'] !== 'Date') return false;
  return Array.isArray(node['arguments']) && node['arguments'].length === 0;
}

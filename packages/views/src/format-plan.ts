import type { Operation, Plan } from '@device-supervisor/api-client';
import { formatHindrances, subjectOf } from './format-state.ts';
import { plainText } from './format-table.ts';
import type { Paint } from './paint.ts';

/**
 * A plan as a tree: each operation below the last one that it comes after, with its cause; what else it comes after is
 * named by number.
 */
export function formatPlan(plan: Plan, paint: Paint): string[] {
  if (plan.operations.length === 0) return ['Nothing is left to do.', ...formatHindrances(plan, paint)];
  const tree = arrange(plan.operations);
  const lines: string[] = [];
  const print = (node: Node, indent: string, isLast: boolean): void => {
    lines.push(`${indent}${paint('dim', isLast ? '└─ ' : '├─ ')}${describe(node, paint)}`);
    const below = `${indent}${isLast ? '   ' : paint('dim', '│  ')}`;
    node.children.forEach((child, index) => print(child, below, index === node.children.length - 1));
  };
  tree.forEach((node, index) => print(node, '', index === tree.length - 1));
  return [`${plan.operations.length} operations`, ...lines, ...formatHindrances(plan, paint)];
}

interface Node {
  readonly number: number;
  readonly operation: Operation;
  /** Numbers of what it comes after, besides its parent. */
  readonly also: readonly number[];
  readonly children: Node[];
}

/** Plans list what comes first before what follows it. @returns what comes after nothing */
function arrange(operations: readonly Operation[]): readonly Node[] {
  const nodes = new Map<string, Node>();
  const roots: Node[] = [];
  operations.forEach((operation, index) => {
    const before = operation.dependsOn.flatMap((id) => nodes.get(id) ?? []).sort((a, b) => a.number - b.number);
    const parent = before.at(-1);
    const also = before.slice(0, -1).filter((one) => parent === undefined || !isAbove(one, parent));
    const node = { number: index + 1, operation, also: also.map(({ number }) => number), children: [] };
    nodes.set(operation.id, node);
    (parent?.children ?? roots).push(node);
  });
  return roots;
}

/** Whether the tree itself shows that one comes before the other. */
function isAbove(one: Node, other: Node): boolean {
  return one.children.some((child) => child === other || isAbove(child, other));
}

function describe({ number, operation, also }: Node, paint: Paint): string {
  const after = also.length === 0 ? '' : paint('dim', ` (also after ${also.join(', ')})`);
  return (
    `${paint('dim', `${number}`)} ${paint('cyan', plainText(operation.kind))} ${subjectOf(operation)}${after}` +
    `  ${paint('dim', '←')} ${plainText(operation.cause)}`
  );
}

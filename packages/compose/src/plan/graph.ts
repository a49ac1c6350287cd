import type { Operation, OperationKind } from '../operation.ts';
import { inOrder } from '../order.ts';
import type { Blocked, Notice, Plan } from '../plan-output.ts';

type WithoutOrder<Kind extends Operation> = Kind extends Operation ? Omit<Kind, 'dependsOn'> : never;

/** An operation before its plan is finished: its order is in the graph. */
export type DraftOperation = WithoutOrder<Operation>;

/** An operation in the graph. It refers to the nodes before it, so a dependency that is not planned cannot be written. */
export interface PlanNode {
  readonly operation: DraftOperation;
  /** Must succeed first. When one of them is left out, so is this node. */
  readonly needs: readonly PlanNode[];
  /** Come first if they are in the plan. */
  readonly follows: readonly PlanNode[];
}

/** The predecessors of a node; `null` and `undefined` stand for an operation that is not necessary. */
export interface Order {
  readonly needs?: readonly (PlanNode | null | undefined)[];
  readonly follows?: readonly (PlanNode | null | undefined)[];
}

/** A plan in the making, as a graph. Nodes are added after the nodes that they refer to, so it has no cycle. */
export class PlanGraph {
  readonly #shared: SharedNodes = { byId: new Map(), held: new Set(), companions: new Map() };
  readonly #drafts: Draft[] = [];

  /** A part of the plan, printed behind those that were begun before. */
  draft(): Draft {
    const draft = new Draft(this.#shared);
    this.#drafts.push(draft);
    return draft;
  }

  /** Whether a node is left out. */
  isHeld(node: PlanNode): boolean {
    return this.#shared.held.has(node);
  }

  /** @param paused why an operation, by its id, is not to be tried now */
  finish(paused: ReadonlyMap<string, string>): Plan {
    const { byId, held, companions } = this.#shared;
    const blocked = this.#drafts.flatMap((draft) => draft.blocked);
    for (const [id, message] of paused) {
      const node = byId.get(id);
      if (node === undefined || held.has(node) || node.operation.kind === 'release-locks') continue;
      const { appId, service, kind } = node.operation;
      blocked.push({ appId, service, reason: kind === 'remove-image' ? 'cleanup' : 'backoff', message });
      held.add(node);
    }
    const nodes = this.#drafts.flatMap((draft) => draft.inPrintOrder());
    return {
      operations: operationsOf(withoutHeld(nodes, held, companions)),
      blocked,
      notices: this.#drafts.flatMap((draft) => draft.notices),
      wakeAt: this.#drafts.reduce<number | null>((first, { wakeAt }) => earlier(first, wakeAt), null),
    };
  }
}

interface SharedNodes {
  readonly byId: Map<string, PlanNode>;
  /** Left out of the plan. */
  readonly held: Set<PlanNode>;
  /** Nodes that are left out together with another one, by that one. */
  readonly companions: Map<PlanNode, PlanNode[]>;
}

/** One part of a plan: the operations of an app, or of the device. */
export class Draft {
  readonly notices: Notice[] = [];
  readonly #shared: SharedNodes;
  readonly #nodes: PlanNode[] = [];
  readonly #blocked: Blocked[] = [];
  #wakeAt: number | null = null;

  constructor(shared: SharedNodes) {
    this.#shared = shared;
  }

  get blocked(): readonly Blocked[] {
    return this.#blocked;
  }

  get wakeAt(): number | null {
    return this.#wakeAt;
  }

  /** @returns the operation's node; the same operation is planned once, where it was added first */
  add(operation: DraftOperation, { needs = [], follows = [] }: Order = {}): PlanNode {
    const known = this.#shared.byId.get(operation.id);
    if (known !== undefined) return known;
    const node = { operation, needs: needs.filter(isPlanned), follows: follows.filter(isPlanned) };
    this.#shared.byId.set(operation.id, node);
    this.#nodes.push(node);
    return node;
  }

  /** Says why something is not planned. */
  block(blocked: Blocked): void {
    this.#blocked.push(blocked);
  }

  /** Leaves a node out of the plan, with all that need it. The reasons are reported; without one, another block tells. */
  hold(node: PlanNode, ...reasons: readonly Blocked[]): void {
    this.#shared.held.add(node);
    this.#blocked.push(...reasons);
  }

  /** Leaves `nodes` out where `condition` is left out: they only make sense if it comes later. */
  onlyWith(condition: PlanNode, nodes: readonly (PlanNode | null | undefined)[]): void {
    const known = this.#shared.companions.get(condition) ?? [];
    this.#shared.companions.set(condition, [...known, ...nodes.filter(isPlanned)]);
  }

  notice(notice: Notice): void {
    this.notices.push(notice);
  }

  /** Asks for another plan at a time, though nothing happens until then; milliseconds since the epoch. */
  planAgainAt(time: number): void {
    this.#wakeAt = earlier(this.#wakeAt, time);
  }

  /** The nodes of this draft that need one of its nodes, directly or not; what is printed last comes first. */
  dependentsOf(node: PlanNode): PlanNode[] {
    const found = new Set([node]);
    for (const other of this.#nodes) if (other.needs.some((need) => found.has(need))) found.add(other);
    found.delete(node);
    return [...found].sort((a, b) => PRINT_ORDER[b.operation.kind] - PRINT_ORDER[a.operation.kind]);
  }

  inPrintOrder(): PlanNode[] {
    return this.#nodes.toSorted((a, b) => PRINT_ORDER[a.operation.kind] - PRINT_ORDER[b.operation.kind]);
  }
}

/** The order of printing, as far as the graph leaves a choice. */
const PRINT_ORDER: Readonly<Record<OperationKind, number>> = {
  'create-network': 0,
  'remove-network': 0,
  'create-volume': 1,
  'remove-volume': 1,
  'pull-image': 2,
  'save-image': 2,
  'acquire-locks': 3,
  'stop-container': 3,
  'remove-container': 3,
  'rename-container': 3,
  'update-container': 3,
  'clear-hand-over': 3,
  'create-container': 3,
  'put-files': 3,
  'connect-network': 3,
  'start-container': 3,
  'release-locks': 3,
  'remove-image': 4,
  'forget-image': 4,
};

/** The nodes that can be carried out: without those that are held, those that need them, and locks that serve nothing. */
function withoutHeld(
  nodes: readonly PlanNode[],
  held: ReadonlySet<PlanNode>,
  companions: ReadonlyMap<PlanNode, readonly PlanNode[]>,
): PlanNode[] {
  const dependents = new Map([...companions].map(([condition, followers]) => [condition, [...followers]]));
  for (const node of nodes) {
    for (const need of node.needs) {
      const known = dependents.get(need);
      if (known === undefined) dependents.set(need, [node]);
      else known.push(node);
    }
  }
  const left = new Set<PlanNode>();
  const leave = (...roots: readonly PlanNode[]): void => {
    const pending = [...roots];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (left.has(node)) continue;
      left.add(node);
      pending.push(...(dependents.get(node) ?? []));
    }
  };
  leave(...held);
  for (const node of nodes) {
    if (node.operation.kind !== 'acquire-locks') continue;
    const users = (dependents.get(node) ?? []).filter((one) => !left.has(one));
    if (users.every(({ operation }) => operation.kind === 'release-locks')) leave(node);
  }
  return nodes.filter((node) => !left.has(node));
}

/** The operations with their dependencies, each behind those that it depends on. */
function operationsOf(nodes: readonly PlanNode[]): Operation[] {
  const kept = new Set(nodes);
  const before = new Map(
    nodes.map((node) => [node, [...new Set([...node.needs, ...node.follows])].filter((one) => kept.has(one))]),
  );
  const predecessors = (node: PlanNode): readonly PlanNode[] => {
    const all = before.get(node) ?? [];
    if (node.operation.kind !== 'release-locks') return all;
    // The last operations are enough: they wait for the others.
    const awaited = new Set(all.flatMap((one) => before.get(one) ?? []));
    return all.filter((one) => !awaited.has(one));
  };
  return inOrder(nodes, predecessors).map((node) => ({
    ...node.operation,
    dependsOn: predecessors(node).map(({ operation }) => operation.id),
  }));
}

function isPlanned(node: PlanNode | null | undefined): node is PlanNode {
  return node !== null && node !== undefined;
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

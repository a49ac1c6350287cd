import { topologicalOrder } from './topological-order.ts';
import type { Operation, OperationKind } from './operation.ts';
import type { Blocked, Notice, Plan } from './plan-output.ts';

/** An operation while its plan is being made. */
export interface DraftOperation {
  readonly operation: Operation;
  /** Ids of operations that come first if they are planned at all; `dependsOn` holds those it cannot do without. */
  readonly after: readonly string[];
}

/** A plan in the making: gathers operations and leaves out those whose turn cannot come. */
export class PlanDraft {
  readonly #operations = new Map<string, DraftOperation>();
  readonly #blocked: Blocked[] = [];
  readonly #notices: Notice[] = [];
  readonly #withheld = new Set<string>();
  #wakeAt: number | null = null;

  /** @returns the operation's id; asking for the same one twice plans it once */
  add(operation: Operation, after: readonly string[] = []): string {
    if (!this.#operations.has(operation.id)) this.#operations.set(operation.id, { operation, after });
    return operation.id;
  }

  has(id: string): boolean {
    return this.#operations.has(id);
  }

  /** Ids of operations that come before the one that has the id, if they are planned at all. */
  predecessorsOf(id: string): readonly string[] {
    return this.#operations.get(id)?.after ?? [];
  }

  operations(): Operation[] {
    return [...this.#operations.values()].map(({ operation }) => operation);
  }

  /** Leaves an operation out of the plan, with all that cannot be done without it; why is up to {@link block}. */
  withhold(id: string): void {
    this.#withheld.add(id);
  }

  isWithheld(id: string): boolean {
    return this.#withheld.has(id);
  }

  /** Ids of the operations that need `id`, directly or not. */
  dependentsOf(id: string): string[] {
    const found = new Set([id]);
    for (let size = 0; size !== found.size;) {
      size = found.size;
      for (const { operation } of this.#operations.values()) {
        if (operation.dependsOn.some((dependency) => found.has(dependency))) found.add(operation.id);
      }
    }
    found.delete(id);
    return [...found];
  }

  block(blocked: Blocked): void {
    this.#blocked.push(blocked);
  }

  notice(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** @param time when to plan anew though nothing happened, in milliseconds since the epoch */
  wakeAt(time: number): void {
    this.#wakeAt = this.#wakeAt === null ? time : Math.min(this.#wakeAt, time);
  }

  /** @param paused why an operation, by its id, is not to be tried now */
  finish(paused: ReadonlyMap<string, string>): Plan {
    const blocked = [...this.#blocked];
    const kept = new Map(this.#operations);
    for (const id of this.#withheld) kept.delete(id);
    for (const [id, message] of paused) {
      const draft = kept.get(id);
      if (draft === undefined || draft.operation.kind === 'release-locks') continue;
      const { appId, service } = draft.operation;
      const reason = draft.operation.kind === 'remove-image' ? 'cleanup' : 'backoff';
      blocked.push({ appId, service, reason, message });
      kept.delete(id);
    }
    for (let size = -1; size !== kept.size;) {
      size = kept.size;
      dropUnreachable(kept);
      keepPredecessors(kept, this.#operations);
    }
    dropIdleLocks(kept);
    const operations = [...kept.values()].map(({ operation, after }): Operation => ({
      ...operation,
      dependsOn: [...new Set([...operation.dependsOn, ...after])].filter((id) => kept.has(id)),
    }));
    return {
      operations: topologicalOrder(operations.map(lastOnly(operations))),
      blocked,
      notices: this.#notices,
      wakeAt: this.#wakeAt,
    };
  }
}

/** The release of locks waits for the last operations alone; those wait for all before them. */
function lastOnly(operations: readonly Operation[]): (operation: Operation) => Operation {
  const dependencies = new Map(operations.map(({ id, dependsOn }) => [id, dependsOn]));
  return (operation) => {
    if (operation.kind !== 'release-locks') return operation;
    const awaited = new Set(operation.dependsOn.flatMap((id) => dependencies.get(id) ?? []));
    return { ...operation, dependsOn: operation.dependsOn.filter((id) => !awaited.has(id)) };
  };
}

/** What is done to a container because another takes its place. */
const DEPARTURE: ReadonlySet<OperationKind> = new Set([
  'stop-container',
  'remove-container',
  'rename-container',
  'update-container',
]);

/** A container is not taken away for another that cannot come now. */
function keepPredecessors(kept: Map<string, DraftOperation>, planned: ReadonlyMap<string, DraftOperation>): void {
  for (const [id, { operation: creation }] of planned) {
    if (creation.kind !== 'create-container' || kept.has(id)) continue;
    for (const [other, { operation }] of kept) {
      if (DEPARTURE.has(operation.kind) && operation.appId === creation.appId && operation.service === creation.service)
        kept.delete(other);
    }
  }
}

/** Drops operations that depend on one that is not there. Locks are released whatever became of the rest. */
function dropUnreachable(kept: Map<string, DraftOperation>): void {
  for (let size = -1; size !== kept.size;) {
    size = kept.size;
    for (const [id, { operation }] of kept) {
      const [first = ''] = operation.dependsOn;
      const reachable =
        operation.kind === 'release-locks' ? kept.has(first) : operation.dependsOn.every((other) => kept.has(other));
      if (!reachable) kept.delete(id);
    }
  }
}

/** Locks that nothing is left to be done under are not taken. */
function dropIdleLocks(kept: Map<string, DraftOperation>): void {
  for (const [id, { operation }] of kept) {
    if (operation.kind !== 'acquire-locks') continue;
    const dependents = [...kept.values()].filter((other) => other.operation.dependsOn.includes(id));
    if (dependents.every((other) => other.operation.kind === 'release-locks')) {
      kept.delete(id);
      for (const other of dependents) kept.delete(other.operation.id);
    }
  }
}

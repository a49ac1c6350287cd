import type { AcquireLocks, Operation, ReleaseLocks } from '../operation.ts';
import type { HeldLock, LockLease } from '@device-supervisor/update-locks';
import type { ExecutePorts, PullProgress } from './ports.ts';
import { CallSlots } from './call-slots.ts';
import { performOperation } from './perform-operation.ts';

export interface ExecuteOptions {
  /** Aborted: downloads and waits for locks end at once, other calls finish, nothing new begins but the release of locks. */
  readonly signal: AbortSignal;
  /** Calls on the engine at once, besides downloads and stops, which mostly wait; unless given, of this execution alone. */
  readonly slots?: CallSlots;
  readonly onEvent?: (event: ExecutionEvent) => void;
  /** `onEvent` threw. */
  readonly onFault?: (error: unknown) => void;
}

export type ExecutionEvent =
  | { readonly type: 'started'; readonly operation: Operation }
  | { readonly type: 'progress'; readonly operation: Operation; readonly progress: PullProgress }
  | { readonly type: 'finished'; readonly operation: Operation; readonly result: OperationResult };

/**
 * - `locked`: services hold their update locks; nothing was taken
 * - `skipped`: what it depends on did not succeed, a lock of its app was taken away from us, or the engine cannot do it at
 *   this moment: the next plan knows why
 * - `cancelled`: the signal was aborted before it began, or while it downloaded or waited for locks
 */
export type OperationResult =
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly error: unknown }
  | { readonly status: 'locked'; readonly holders: readonly HeldLock[] }
  | { readonly status: 'skipped' }
  | { readonly status: 'cancelled' };

/**
 * Carries out a plan's operations, each as soon as those it depends on have succeeded. Decides nothing. Never rejects:
 * there is a result for each operation, by its id. No lock is held when it resolves, unless its release failed.
 */
export async function execute(
  operations: readonly Operation[],
  ports: ExecutePorts,
  options: ExecuteOptions,
): Promise<ReadonlyMap<string, OperationResult>> {
  await using run = new Execution(operations, ports, options);
  await run.finished;
  return run.results;
}

class Execution implements AsyncDisposable {
  readonly results = new Map<string, OperationResult>();
  readonly finished: Promise<void>;

  readonly #ports: ExecutePorts;
  readonly #options: ExecuteOptions;
  readonly #waiting: Set<Operation>;
  readonly #dependents = new Map<string, Operation[]>();
  /** Dependencies that have not ended yet, by operation id. */
  readonly #open = new Map<string, number>();
  /** Have not been looked at since their dependencies ended. */
  readonly #ready: Operation[] = [];
  /** Wait for a slot, in this order. */
  readonly #held: Operation[] = [];
  readonly #resume = (): void => this.#advance();
  readonly #leases = new Map<number, LockLease>();
  readonly #finish: () => void;
  readonly #slots: CallSlots;

  constructor(operations: readonly Operation[], ports: ExecutePorts, options: ExecuteOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#waiting = new Set(operations);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
    this.#slots = options.slots ?? new CallSlots();
    for (const operation of operations) {
      this.#open.set(operation.id, operation.dependsOn.length);
      for (const id of operation.dependsOn) {
        const dependents = this.#dependents.get(id);
        if (dependents === undefined) this.#dependents.set(id, [operation]);
        else dependents.push(operation);
      }
      if (operation.dependsOn.length === 0) this.#ready.push(operation);
    }
    this.#advance();
  }

  /** Gives back what the plan did not. */
  async [Symbol.asyncDispose](): Promise<void> {
    const leases = [...this.#leases.values()];
    this.#leases.clear();
    // A lock that cannot be released is a leftover: the next acquisition finds and removes it.
    await Promise.allSettled(leases.map((lease) => lease[Symbol.asyncDispose]()));
  }

  /** Begins what can begin. */
  #advance(): void {
    for (;;) {
      const [held] = this.#held;
      const next = this.#ready.shift() ?? held;
      if (next === undefined) break;
      const omission = this.#omission(next);
      if (omission === null && mostlyWorks(next)) {
        const isItsTurn = next === held || held === undefined;
        if (!isItsTurn || !this.#slots.take()) {
          if (next !== held) {
            this.#held.push(next);
            continue;
          }
          this.#slots.onceFree(this.#resume);
          break;
        }
      }
      if (next === held) this.#held.shift();
      if (omission === null) void this.#begin(next);
      else this.#end(next, omission);
    }
    if (this.#waiting.size === 0) this.#finish();
  }

  /** Why an operation whose turn it is does not begin. */
  #omission(operation: Operation): OperationResult | null {
    if (operation.kind === 'release-locks') return this.#leases.has(operation.appId) ? null : { status: 'skipped' };
    const dependencies = operation.dependsOn.map((id) => this.results.get(id)?.status);
    if (dependencies.some((status) => status !== 'done')) {
      return dependencies.includes('cancelled') ? { status: 'cancelled' } : { status: 'skipped' };
    }
    if (this.#options.signal.aborted) return { status: 'cancelled' };
    const lease = operation.appId === null ? undefined : this.#leases.get(operation.appId);
    if (lease?.compromised.aborted !== true) return null;
    return needsLease(operation) ? { status: 'failed', error: lease.compromised.reason } : { status: 'skipped' };
  }

  async #begin(operation: Operation): Promise<void> {
    this.#emit({ type: 'started', operation });
    const result = await this.#perform(operation);
    if (mostlyWorks(operation)) this.#slots.giveBack();
    this.#end(operation, result);
    this.#advance();
  }

  async #perform(operation: Operation): Promise<OperationResult> {
    const { signal } = this.#options;
    try {
      switch (operation.kind) {
        case 'acquire-locks': {
          const { appId, services, force } = operation;
          const result = await this.#ports.locks.acquire({ appId, services, force, signal });
          if (result.status === 'held') return { status: 'locked', holders: result.holders };
          this.#leases.set(operation.appId, result.lease);
          break;
        }
        case 'release-locks':
          await this.#release(operation);
          break;
        default:
          return await this.#call(operation);
      }
      return { status: 'done' };
    } catch (error) {
      return signal.aborted && endsWhenCancelled(operation) ? { status: 'cancelled' } : { status: 'failed', error };
    }
  }

  async #call(operation: Exclude<Operation, AcquireLocks | ReleaseLocks>): Promise<OperationResult> {
    const { signal } = this.#options;
    const isDone = await performOperation(operation, {
      ports: this.#ports,
      leases: this.#leases,
      signal,
      onProgress: (progress) => this.#emit({ type: 'progress', operation, progress }),
    });
    return { status: isDone ? 'done' : 'skipped' };
  }

  async #release({ appId }: ReleaseLocks): Promise<void> {
    const lease = this.#leases.get(appId);
    this.#leases.delete(appId);
    await lease?.[Symbol.asyncDispose]();
  }

  #end(operation: Operation, result: OperationResult): void {
    this.results.set(operation.id, result);
    this.#waiting.delete(operation);
    for (const dependent of this.#dependents.get(operation.id) ?? []) {
      const open = (this.#open.get(dependent.id) ?? 0) - 1;
      this.#open.set(dependent.id, open);
      if (open === 0) this.#ready.push(dependent);
    }
    this.#emit({ type: 'finished', operation, result });
  }

  /** A listener that throws must not keep an operation from its end. */
  #emit(event: ExecutionEvent): void {
    const { onEvent, onFault } = this.#options;
    try {
      onEvent?.(event);
    } catch (error) {
      onFault?.(error);
    }
  }
}

/** Others wait: for the network, or for a program that takes its time to end. */
function mostlyWorks({ kind }: Operation): boolean {
  return kind !== 'pull-image' && kind !== 'stop-container' && kind !== 'acquire-locks';
}

function needsLease({ kind }: Operation): boolean {
  return kind === 'stop-container' || kind === 'remove-container' || kind === 'rename-container';
}

/** Operations of unlimited length are aborted; calls that the engine has begun are completed. */
function endsWhenCancelled({ kind }: Operation): boolean {
  return kind === 'pull-image' || kind === 'acquire-locks';
}

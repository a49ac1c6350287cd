import type { TargetState } from '@device-supervisor/state';
import { execute, type ExecutionEvent } from './execute/execute.ts';
import type { HeldLock, UpdateLocks } from '@device-supervisor/update-locks';
import { freeLease } from './execute/free-lease.ts';
import type { ContainerEngine, ImageRecord, ImageRecords } from './execute/ports.ts';
import type { EngineSnapshot } from './observed.ts';
import { planInput, type PlanRequest } from './plan-defaults.ts';
import type { BlockReason, Plan } from './plan-output.ts';
import { plan } from './plan/plan.ts';

/** An engine that shows its contents and their changes; `createEngine` of `@device-supervisor/engine` is one. */
export interface ObservedEngine extends ContainerEngine {
  observe(request: { readonly imageReferences: readonly string[] }): Promise<EngineSnapshot>;
  /** Changes, the first item at once. Ends when the signal is aborted. */
  events(signal: AbortSignal): AsyncIterable<unknown>;
}

export interface ReconcileOptions extends Pick<PlanRequest, 'device' | 'policy'> {
  readonly engine: ObservedEngine;
  readonly target: TargetState;
  /** Default: no service holds update locks. */
  readonly locks?: UpdateLocks;
  /** Ends it: calls under way finish, nothing new begins. Default: it ends by itself alone. */
  readonly signal?: AbortSignal;
  /** Receives each plan that has operations, before they begin. */
  readonly onPlan?: (plan: Plan) => void;
  readonly onEvent?: (event: ExecutionEvent) => void;
}

/**
 * - `settled`: the engine matches the target
 * - `blocked`: nothing is left to do but what `plan.blocked` names, with the reason
 * - `failed`: operations failed
 * - `cancelled`: the signal was aborted first
 */
export type ReconcileResult =
  | { readonly status: 'settled' | 'blocked' | 'cancelled'; readonly plan: Plan }
  | { readonly status: 'failed'; readonly plan: Plan; readonly failures: readonly ReconcileFailure[] };

export interface ReconcileFailure {
  /** Id of the operation in the plan. */
  readonly operation: string;
  /** The error of the engine; of update locks, their holders. */
  readonly reason: { readonly error: unknown } | { readonly holders: readonly HeldLock[] };
}

/**
 * Makes an engine match a target: observes, plans and executes until nothing is left to do. It waits where services wait
 * for each other (`depends_on`, hand-overs), and ends at the first failure; another call continues where it ended.
 * Containers, networks and volumes of others stay as they are.
 *
 * @throws what the engine throws when it cannot be observed
 * @example
 * ```ts
 * const result = await reconcile({ engine, target, onPlan: (plan) => console.log(formatPlan(plan)) });
 * if (result.status === 'failed') console.error(result.failures);
 * ```
 */
export async function reconcile(options: ReconcileOptions): Promise<ReconcileResult> {
  const { engine, target, locks = NO_LOCKS, signal, onPlan, onEvent, device, policy } = options;
  const images = recordInMemory();
  const ending = new AbortController();
  const end = (): void => ending.abort(signal?.reason);
  signal?.addEventListener('abort', end);
  // Before the first look: a change between a look and a wait is not missed.
  const events = engine.events(ending.signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const snapshot = await engine.observe({ imageReferences: imagesOf(target) });
      const next = plan(
        planInput({
          target,
          snapshot,
          images: images.list(),
          ...(device === undefined ? {} : { device }),
          ...(policy === undefined ? {} : { policy }),
        }),
      );
      if (signal?.aborted === true) return { status: 'cancelled', plan: next };
      if (next.operations.length > 0) {
        onPlan?.(next);
        const failures = await carryOut(next, { engine, locks, images, signal: ending.signal, onEvent });
        if (failures.length > 0) return { status: 'failed', plan: next, failures };
      } else if (next.blocked.some(({ reason }) => PASSING.has(reason))) {
        if (await endsFirst(events)) return { status: 'blocked', plan: next };
      } else {
        return { status: next.blocked.length === 0 ? 'settled' : 'blocked', plan: next };
      }
    }
  } finally {
    signal?.removeEventListener('abort', end);
    ending.abort();
  }
}

/** Reasons that the engine itself ends, with an event. */
const PASSING: ReadonlySet<BlockReason> = new Set(['dependency', 'engine', 'hand-over']);

interface CarryOutOptions {
  readonly engine: ContainerEngine;
  readonly locks: UpdateLocks;
  readonly images: ImageRecords;
  readonly signal: AbortSignal;
  readonly onEvent: ((event: ExecutionEvent) => void) | undefined;
}

async function carryOut(
  { operations }: Plan,
  { engine, locks, images, signal, onEvent }: CarryOutOptions,
): Promise<ReconcileFailure[]> {
  const results = await execute(
    operations,
    { engine, locks, images },
    { signal, ...(onEvent === undefined ? {} : { onEvent }) },
  );
  return [...results].flatMap(([operation, result]): ReconcileFailure[] => {
    if (result.status === 'failed') return [{ operation, reason: { error: result.error } }];
    return result.status === 'locked' ? [{ operation, reason: { holders: result.holders } }] : [];
  });
}

/** Waits for the next change. @returns whether there are no more: the signal was aborted, or the engine went away */
async function endsFirst(events: AsyncIterator<unknown>): Promise<boolean> {
  const { done = false } = await events.next().catch(() => ({ done: true }));
  return done;
}

function imagesOf({ apps }: TargetState): string[] {
  return Object.values(apps).flatMap(({ release }) => Object.values(release?.services ?? {}).map(({ image }) => image));
}

function recordInMemory(): ImageRecords & { list(): readonly ImageRecord[] } {
  const records = new Map<string, ImageRecord>();
  return {
    list: () => [...records.values()],
    async save(record) {
      records.set(`${record.reference} ${record.appId} ${record.serviceName}`, record);
    },
    async forget(reference, appId) {
      for (const [key, record] of records) {
        if (record.reference === reference && record.appId === appId) records.delete(key);
      }
    },
  };
}

/** For engines on which no service takes update locks. */
const NO_LOCKS: UpdateLocks = {
  acquire: async ({ appId, services }) => ({ status: 'acquired', lease: freeLease(appId, services) }),
  clearHandOver: async () => undefined,
};

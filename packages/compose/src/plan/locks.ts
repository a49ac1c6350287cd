import type { DevicePlan } from './device-plan.ts';
import type { Draft, PlanNode } from './graph.ts';

export interface LocksContext {
  readonly device: DevicePlan;
  readonly appId: number;
  readonly draft: Draft;
  /** Services whose locks are taken. */
  readonly services: readonly string[];
  /** Downloads that end before: locks are not held meanwhile. */
  readonly downloads: readonly PlanNode[];
  /** Whether the locks are taken even while services hold them. */
  readonly force: boolean;
}

/** The update locks of one app: taken at the first request, and released after everything that is done under them. */
export class AppLocks {
  readonly #context: LocksContext;
  #acquired: PlanNode | null = null;

  constructor(context: LocksContext) {
    this.#context = context;
  }

  /** `null`: nothing has needed the locks so far. */
  get acquired(): PlanNode | null {
    return this.#acquired;
  }

  /** While a service holds its lock, everything that needs the locks is left out of the plan. */
  acquire(cause: string): PlanNode {
    if (this.#acquired !== null) return this.#acquired;
    const { device, appId, draft, services, downloads, force } = this.#context;
    const { heldLocks } = device.input;
    const names = [...new Set(services)].filter((name) => name !== '').sort();
    const node = draft.add(
      { kind: 'acquire-locks', id: `acquire-locks ${appId}`, cause, appId, service: null, services: names, force },
      { needs: downloads },
    );
    const holders = force ? [] : heldLocks.filter((holder) => holder.appId === appId);
    if (holders.length > 0) {
      const message = 'the service holds its update lock';
      draft.hold(node, ...holders.map(({ service }) => ({ appId, service, reason: 'locked' as const, message })));
    }
    this.#acquired = node;
    return node;
  }

  /** To be called when everything that is done under the locks is planned. */
  release(): void {
    if (this.#acquired === null) return;
    const { appId, draft } = this.#context;
    draft.add(
      { kind: 'release-locks', id: `release-locks ${appId}`, cause: 'done', appId, service: null },
      { needs: [this.#acquired], follows: draft.dependentsOf(this.#acquired) },
    );
  }
}

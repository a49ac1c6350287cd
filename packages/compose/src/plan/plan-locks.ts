import type { Operation } from './operation.ts';
import type { PlanDraft } from './plan-draft.ts';
import { forcesLocks, type PlanContext } from './plan-input.ts';

/** The update locks of one app while its plan is made: asked for by what stops, removes or renames a container. */
export interface LockPlan {
  /** @returns id of the operation that takes the locks, which is planned by this call */
  acquire(cause: string): string;
  /** Id of the operation that takes the locks; `null`: nothing asked for them so far. */
  readonly acquired: string | null;
  /** Plans the release, after everything that is done under the locks. */
  finish(): void;
}

export interface LockPlanContext {
  readonly services: readonly string[];
  /** Ids of the operations that must have ended before: locks are not held while anything downloads. */
  readonly downloads: readonly string[];
  readonly input: PlanContext;
  readonly draft: PlanDraft;
}

export function planLocks(appId: number, { services, downloads, input, draft }: LockPlanContext): LockPlan {
  const { heldLocks, policy } = input;
  const force = forcesLocks(policy, appId);
  const holders = force ? [] : heldLocks.filter((holder) => holder.appId === appId);
  let acquired: string | null = null;
  const names = [...new Set(services)].filter((name) => name !== '').sort();
  const acquisition = (cause: string): Operation => ({
    kind: 'acquire-locks',
    id: `acquire-locks ${appId}`,
    // An operation that is never planned: as long as a service holds its lock, nothing that needs ours has its turn.
    dependsOn: holders.length > 0 ? [`update lock of ${appId}`] : downloads,
    cause,
    appId,
    service: null,
    services: names,
    force,
  });
  return {
    get acquired() {
      return acquired;
    },
    acquire(cause) {
      if (acquired !== null) return acquired;
      for (const { service } of holders) {
        draft.block({ appId, service, reason: 'locked', message: 'the service holds its update lock' });
      }
      acquired = draft.add(acquisition(cause));
      return acquired;
    },
    finish() {
      if (acquired === null) return;
      draft.add({
        kind: 'release-locks',
        id: `release-locks ${appId}`,
        dependsOn: [acquired, ...draft.dependentsOf(acquired)],
        cause: 'done',
        appId,
        service: null,
      });
    },
  };
}

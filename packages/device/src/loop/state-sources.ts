import type { Plan } from '@device-supervisor/compose';
import type { LoopDependencies } from '../device-dependencies.ts';
import { updatedApps, type Session } from '../session/session.ts';
import { NO_TARGET } from '../session/targets.ts';
import type { StateSources } from '../state/describe-state.ts';
import type { FaultReporter } from './fault-reporter.ts';
import type { Observer } from './observer.ts';
import type { OperationTracker } from './operation-tracker.ts';
import { missesTarget } from './plan-changes.ts';

/** The parts of the loop that tell how the device is. */
export interface LoopState {
  readonly session: Session;
  /** The last one that was made. */
  readonly plan: Plan;
  readonly dependencies: Pick<LoopDependencies, 'facts' | 'store'>;
  readonly observer: Pick<Observer, 'snapshot'>;
  readonly operations: Pick<OperationTracker, 'activity'>;
  readonly faults: Pick<FaultReporter, 'report'>;
}

/** The sources of the state of the device. */
export function stateSources({ session, plan, dependencies, observer, operations, faults }: LoopState): StateSources {
  const { apply, actions, target } = session;
  const isMissing = plan.operations.length > 0 || plan.blocked.some(missesTarget);
  return {
    target: target ?? NO_TARGET,
    device: dependencies.facts,
    snapshot: observer.snapshot,
    images: dependencies.store.images.list(),
    activity: operations.activity,
    plan,
    applying: actions.size > 0 || apply.kind === 'applying' || (apply.kind === 'idle' && isMissing),
    updates: updatedApps(session),
    onFault: (error) => faults.report(error),
  };
}

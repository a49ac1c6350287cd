import type { TargetApp } from '@device-supervisor/state';
import type { ObservedContainer } from '../observed.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { LockPlan } from './plan-locks.ts';
import type { PlanContext } from './plan-input.ts';

/** What the parts of an app's plan work on. */
export interface ServicesContext {
  readonly app: TargetApp;
  readonly input: PlanContext;
  readonly draft: PlanDraft;
  readonly locks: LockPlan;
  /** Containers of the app to be removed without another in their place. */
  readonly surplus: readonly ObservedContainer[];
}

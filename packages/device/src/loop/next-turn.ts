import type { Plan } from '@device-supervisor/compose';
import type { Clock } from '@device-supervisor/primitives';
import type { LockWatcher } from '../locks/lock-watcher.ts';
import type { LockedApp } from '../ports.ts';
import type { Backoff } from './backoff.ts';
import { SNAPSHOT_AGE, type Observer } from './observer.ts';
import type { PlanMaker } from './plan-maker.ts';
import { awaitedApps, delayUntilChange } from './plan-changes.ts';
import type { WakeUp } from './wake-up.ts';

export interface NextTurnOptions {
  readonly clock: Clock;
  readonly wake: WakeUp;
  readonly observer: Observer;
  readonly backoff: Backoff;
  readonly plans: Pick<PlanMaker, 'delayUntilChange' | 'hasSuspects'>;
  readonly lockWatcher: LockWatcher;
}

/**
 * A plan is made again after this time though nothing has changed, in milliseconds: the host may differ, or a file of ours.
 * While something is missing or suspected, it is made as often as the engine is looked at.
 */
const PLAN_AGE = 600_000;

/** Schedules the next turn, for which no event may ask. */
export class NextTurn {
  readonly #options: NextTurnOptions;
  /** Milliseconds after a turn until another plan may differ though nothing happens. */
  #nextChange = Infinity;
  /** When the next plan is due though nothing happens, in milliseconds of a clock that never jumps. */
  #planDueAt = 0;

  constructor(options: NextTurnOptions) {
    this.#options = options;
  }

  /** Without a target. @param retryIn milliseconds; `null`: not before something happens */
  retryIn(retryIn: number | null): void {
    this.#nextChange = retryIn ?? Infinity;
  }

  /** Watches the locks that the plan waits for, and notes when another plan may differ though nothing happens. */
  await({ blocked, wakeAt }: Plan, apps: readonly LockedApp[], retryIn: number | null): void {
    const { clock, wake, plans, lockWatcher } = this.#options;
    if (lockWatcher.waitFor(awaitedApps(apps, blocked))) wake.now();
    const isWell = blocked.length === 0 && wakeAt === null && !plans.hasSuspects;
    this.#nextChange = Math.min(
      delayUntilChange({ blocked, wakeAt }, clock.now()),
      plans.delayUntilChange,
      retryIn ?? Infinity,
      isWell ? PLAN_AGE : SNAPSHOT_AGE,
    );
  }

  /** Whether another plan may differ by now from the last one, for the same snapshot. */
  get isPlanDue(): boolean {
    return this.#planDueAt <= this.#options.clock.monotonic();
  }

  /** @param hasTurned whether there was a turn, whatever came of it, and not a look alone */
  schedule(hasTarget: boolean, hasTurned: boolean): void {
    const { clock, wake, observer, backoff } = this.#options;
    const now = clock.monotonic();
    const nextRetry = hasTarget ? (backoff.nextRetry() ?? Infinity) : Infinity;
    if (hasTurned) this.#planDueAt = now + Math.min(this.#nextChange, nextRetry);
    const nextLook = hasTarget ? observer.delayUntilStale : Infinity;
    const delay = Math.min(Math.max(0, this.#planDueAt - now), nextLook);
    if (delay < Infinity) wake.after(delay);
  }
}

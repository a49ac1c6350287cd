import type { Plan } from '@device-supervisor/compose';
import type { Clock } from '@device-supervisor/primitives';
import type { LockWatcher } from '../locks/lock-watcher.ts';
import type { LockedApp } from '../ports.ts';
import type { Backoff } from './backoff.ts';
import type { Observer } from './observer.ts';
import type { PlanMaker } from './plan-maker.ts';
import { awaitedApps, delayUntilChange } from './plan-changes.ts';
import type { WakeUp } from './wake-up.ts';

export interface NextTurnOptions {
  readonly clock: Clock;
  readonly wake: WakeUp;
  readonly observer: Observer;
  readonly backoff: Backoff;
  readonly plans: Pick<PlanMaker, 'delayUntilChange'>;
  readonly lockWatcher: LockWatcher;
}

/** Schedules the next turn, for which no event may ask. */
export class NextTurn {
  readonly #options: NextTurnOptions;
  /** Milliseconds after which another plan may differ though nothing happens. */
  #nextChange = Infinity;

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
    this.#nextChange = Math.min(
      delayUntilChange({ blocked, wakeAt }, clock.now()),
      plans.delayUntilChange,
      retryIn ?? Infinity,
    );
  }

  schedule(hasTarget: boolean): void {
    const { wake, observer, backoff } = this.#options;
    const delays = hasTarget ? [observer.delayUntilStale, backoff.nextRetry() ?? Infinity] : [];
    const delay = Math.min(this.#nextChange, ...delays);
    if (delay < Infinity) wake.after(delay);
  }
}

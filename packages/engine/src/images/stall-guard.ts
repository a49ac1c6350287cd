import type { Clock } from '@device-supervisor/device';

/** Ends a request of which nothing has been heard for too long. */
export interface StallGuard extends Disposable {
  /** Aborted, with the guard's error, when the time is up. */
  readonly signal: AbortSignal;
  /** Something was heard. */
  heard(): void;
}

export interface StallGuardOptions {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeout: number;
  readonly toError: () => Error;
}

export function startStallGuard({ clock, timeout, toError }: StallGuardOptions): StallGuard {
  const controller = new AbortController();
  let heardAt = clock.monotonic();
  let timer = clock.schedule(timeout, look);
  return {
    signal: controller.signal,
    heard() {
      heardAt = clock.monotonic();
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  };

  /** One timer per time-out, however many lines come. */
  function look(): void {
    const left = heardAt + timeout - clock.monotonic();
    if (left <= 0) controller.abort(toError());
    else timer = clock.schedule(left, look);
  }
}

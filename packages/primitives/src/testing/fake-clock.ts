import type { Clock } from '../clock.ts';

/** Time that stands still until the test moves it. */
export interface FakeClock extends Clock {
  /** Moves time to the next timer and fires it. @returns false: no timer is pending */
  advanceToNext(): boolean;
  /** Moves time by so many milliseconds and fires the timers that fall due, in their order. */
  advance(milliseconds: number): void;
  /** Sets the clock forward, or back by a negative number, as a time server does: no time passes, and no timer fires. */
  jump(milliseconds: number): void;
  /** Number of pending timers. */
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** @param start milliseconds since the epoch */
export function createFakeClock(start: number = 1_700_000_000_000): FakeClock {
  let elapsed = start;
  let offset = 0;
  const timers = new Set<Timer>();
  const next = (): Timer | undefined => [...timers].sort((a, b) => a.at - b.at)[0];
  const fire = (timer: Timer): void => {
    elapsed = Math.max(elapsed, timer.at);
    timers.delete(timer);
    timer.callback();
  };
  return {
    now: () => elapsed + offset,
    monotonic: () => elapsed,
    schedule(delay, callback) {
      const timer = { at: elapsed + delay, callback };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
    advanceToNext() {
      const timer = next();
      if (timer !== undefined) fire(timer);
      return timer !== undefined;
    },
    advance(milliseconds) {
      const end = elapsed + milliseconds;
      for (let timer = next(); timer !== undefined && timer.at <= end; timer = next()) fire(timer);
      elapsed = end;
    },
    jump(milliseconds) {
      offset += milliseconds;
    },
    get pending() {
      return timers.size;
    },
  };
}

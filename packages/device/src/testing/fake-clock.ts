import type { Clock } from '../ports.ts';

/** Time that stands still until the test moves it. */
export interface FakeClock extends Clock {
  /** Moves time to the next timer and calls it back. @returns false: there is none */
  advanceToNext(): boolean;
  /** Moves time by so many milliseconds, calling back what falls due. */
  advance(milliseconds: number): void;
  /** Sets the clock forward by so many milliseconds; no time passes. */
  jump(milliseconds: number): void;
  /** Timers that wait. */
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export function createFakeClock(start: number = 1_700_000_000_000): FakeClock {
  let now = start;
  let ahead = 0;
  const timers = new Set<Timer>();
  const next = (): Timer | undefined => [...timers].sort((a, b) => a.at - b.at)[0];
  const fire = (timer: Timer): void => {
    now = Math.max(now, timer.at);
    timers.delete(timer);
    timer.callback();
  };
  return {
    now: () => now + ahead,
    monotonic: () => now,
    schedule(delay, callback) {
      const timer = { at: now + delay, callback };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
    advanceToNext() {
      const timer = next();
      if (timer !== undefined) fire(timer);
      return timer !== undefined;
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (let timer = next(); timer !== undefined && timer.at <= end; timer = next()) fire(timer);
      now = end;
    },
    jump(milliseconds) {
      ahead += milliseconds;
    },
    get pending() {
      return timers.size;
    },
  };
}

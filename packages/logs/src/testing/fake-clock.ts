import type { Clock } from '../ports.ts';

/** Time that stands still unless it is told to go on. */
export interface FakeClock extends Clock {
  /** Lets milliseconds pass; what is due calls back, in order. */
  advance(duration: number): void;
  /** Callbacks that wait for their time. */
  readonly pending: number;
}

/** @param start milliseconds since the epoch */
export function createFakeClock(start = 1_700_000_000_000): FakeClock {
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();
  let now = start;
  return {
    now: () => now,
    schedule(delay, callback) {
      const timer = { due: now + delay, callback };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
    advance(duration) {
      const end = now + duration;
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.due);
        next.callback();
      }
      now = end;
    },
    get pending() {
      return timers.size;
    },
  };
}

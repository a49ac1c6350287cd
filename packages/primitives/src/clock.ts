/** Time as a dependency: programs pass the system clock, tests a fake one. */
export interface Clock {
  /** Milliseconds since the epoch. Jumps when the clock is set, by years on a device without a battery for it. */
  now(): number;
  /** Milliseconds since an arbitrary moment. Never jumps, so it is the one that measures durations. */
  monotonic(): number;
  /** Calls back once after `delay` milliseconds, unless disposed of before. */
  schedule(delay: number, callback: () => void): Disposable;
}

import type { Clock } from '../clock.ts';

/** Longest delay that a timer of Node.js takes, in milliseconds; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delay, callback) {
    const timer = setTimeout(callback, Math.min(delay, LONGEST_TIMER));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

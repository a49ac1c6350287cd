import type { Clock } from '@device-supervisor/device';

/** The machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delay, callback) {
    const timer = setTimeout(callback, delay);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

import { availableParallelism, loadavg } from 'node:os';

/** How many times slower than an idle machine this one is: runnable processes per processor, at least 1. */
export function slowness(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}

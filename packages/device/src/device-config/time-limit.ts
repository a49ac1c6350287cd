import type { Clock } from '@device-supervisor/primitives';

/** @returns what `work` resolves to; `null`: it takes longer, and continues */
export async function withTimeLimit<Value>(clock: Clock, work: Promise<Value>, limit: number): Promise<Value | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  using _timer = clock.schedule(limit, () => resolve(null));
  return await Promise.race([work, late]);
}

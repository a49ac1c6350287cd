import type { Clock } from './clock.ts';

/**
 * Waits. Never rejects: the end of a wait is an expected outcome.
 *
 * @param milliseconds length of the wait
 * @param signal ends the wait early
 * @returns whether the time passed; `false`: the signal was aborted before
 */
export async function delay(
  clock: Pick<Clock, 'schedule'>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<boolean> {
  if (signal?.aborted === true) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onAbort = (): void => resolve(false);
  using _timer = clock.schedule(milliseconds, () => resolve(true));
  signal?.addEventListener('abort', onAbort);
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

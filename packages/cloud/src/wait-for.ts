import type { Clock } from '@device-supervisor/device';

/** Resolves after so many milliseconds, and at once when the signal is aborted. */
export async function waitFor(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => resolve();
  using _timer = clock.schedule(delay, end);
  signal.addEventListener('abort', end);
  await promise;
  signal.removeEventListener('abort', end);
}

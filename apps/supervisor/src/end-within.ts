import { setTimeout as delay } from 'node:timers/promises';

/**
 * Ends a resource, and waits for it no longer than that: what it still does is cut off with the process.
 *
 * @param limit milliseconds
 * @returns whether it has ended
 */
export async function endWithin(resource: AsyncDisposable, limit: number): Promise<boolean> {
  const timer = new AbortController();
  const ended = Promise.resolve(resource[Symbol.asyncDispose]()).then(() => true);
  // A rejection after the limit has no one to tell.
  ended.catch(() => undefined);
  try {
    return await Promise.race([ended, delay(limit, false, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}

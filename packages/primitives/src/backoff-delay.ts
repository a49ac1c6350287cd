export interface BackoffDelayOptions {
  /** Failures in a row, at least one. */
  readonly failures: number;
  /** Milliseconds after the first failure; doubled with each further one. */
  readonly first: number;
  /** Milliseconds; the delay does not grow beyond it. */
  readonly limit: number;
  /**
   * From 0 to 1: adds up to a quarter, so that devices that lost the same server do not return at the same moment.
   * Default: 0.
   */
  readonly random?: number;
}

/** Milliseconds until the next attempt: exponential backoff with jitter. */
export function backoffDelay({ failures, first, limit, random = 0 }: BackoffDelayOptions): number {
  const delay = Math.min(first * 2 ** Math.max(0, failures - 1), Math.max(limit, first));
  return Math.round(delay * (1 + random / 4));
}

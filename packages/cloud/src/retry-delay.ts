import { CloudRefusedError } from './errors.ts';

/** First pause after a failure, in milliseconds; doubled with each failure in a row. */
export const FIRST_RETRY = 15_000;
/** Milliseconds, a day: the longest delay that a server can ask for. */
const LONGEST_WAIT = 86_400_000;

export interface RetryOptions {
  /** In a row, at least one. */
  readonly failures: number;
  /** Longest pause, in milliseconds, unless the cloud asks for a longer one. */
  readonly limit: number;
  /** The last one; the cloud may ask in it for so much time. */
  readonly error: unknown;
  /** From 0 to 1. */
  readonly random: number;
}

/**
 * Milliseconds until something that failed is retried: 15 s · 2ⁿ up to the limit, spread over a quarter more so that a
 * fleet that lost its cloud together does not come back together. The cloud's own delay is the minimum, up to
 * a day.
 */
export function retryDelay({ failures, limit, error, random }: RetryOptions): number {
  const retryAfter = error instanceof CloudRefusedError ? error.retryAfter : null;
  const delay = Math.min(FIRST_RETRY * 2 ** Math.min(failures - 1, 30), Math.max(limit, FIRST_RETRY));
  return Math.max(Math.min(retryAfter ?? 0, LONGEST_WAIT), Math.round(delay * (1 + random / 4)));
}

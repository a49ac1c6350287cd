import { backoffDelay } from '@device-supervisor/primitives';

/** Milliseconds before the first new attempt; doubled with each failure in a row. */
const FIRST_RETRY = 5_000;
const LAST_RETRY = 300_000;
/** Milliseconds, a day: the longest delay that a server can ask for. */
const LONGEST_WAIT = 86_400_000;

export interface UploadDelayOptions {
  /** In a row, at least one. */
  readonly failures: number;
  /** Milliseconds that the server asked for; `null`: it did not. */
  readonly retryAfter: number | null;
  /** From 0 to 1. */
  readonly random: number;
}

/**
 * Milliseconds until a new stream is tried: 5 s, 10 s … 5 min, up to a quarter more, so that devices that lost their server
 * together do not come back together. The server's own delay is the minimum, up to a day.
 */
export function uploadDelay({ failures, retryAfter, random }: UploadDelayOptions): number {
  const delay = backoffDelay({ failures, first: FIRST_RETRY, limit: LAST_RETRY, random });
  return Math.max(Math.min(retryAfter ?? 0, LONGEST_WAIT), delay);
}

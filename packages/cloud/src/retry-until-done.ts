import type { Clock } from '@device-supervisor/device';
import { CloudRefusedError } from './errors.ts';
import type { Outage } from './outage.ts';
import { retryDelay } from './retry-delay.ts';
import { waitFor } from './wait-for.ts';

export interface RetrySchedule {
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** Milliseconds; the longest pause. */
  readonly interval: () => number;
  readonly outage: Outage;
  readonly signal: AbortSignal;
}

/** Tries until it succeeds or the signal is aborted; never rejects. @returns whether it succeeded */
export async function retryUntilDone(
  { clock, random, interval, outage, signal }: RetrySchedule,
  attempt: () => Promise<void>,
): Promise<boolean> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      await attempt();
      outage.succeeded();
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      outage.failed(error);
      await waitFor(clock, retryDelay({ failures, limit: interval(), error, random: random() }), signal);
    }
  }
  return false;
}

/** Will the cloud say the same again? Not where it asks for patience, or is itself at fault. */
export function isFinalRefusal(error: unknown): error is CloudRefusedError {
  if (!(error instanceof CloudRefusedError)) return false;
  const { status } = error.details;
  return status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429;
}

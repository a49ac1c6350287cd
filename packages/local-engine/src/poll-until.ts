import { setTimeout as delay } from 'node:timers/promises';

export interface PollOptions {
  /** Milliseconds. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

/** Between two looks, in milliseconds: short against what is waited for, long against the cost of a look. */
const INTERVAL = 40;

/**
 * Calls `probe` until it returns something, or the deadline passes (`undefined`). For states without an event.
 * Rejects with the signal's reason when aborted.
 */
export async function pollUntil<T>(
  probe: () => Promise<T | undefined>,
  { deadline, signal }: PollOptions,
): Promise<T | undefined> {
  const end = performance.now() + deadline;
  for (;;) {
    signal?.throwIfAborted();
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() >= end) return undefined;
    await delay(INTERVAL, undefined, { signal });
  }
}

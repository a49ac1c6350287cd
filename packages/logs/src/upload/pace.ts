import type { Clock } from '@device-supervisor/primitives';

/** How fast lines may go to the server. */
export interface Pace {
  /** Milliseconds until the next line may be sent; 0: now. */
  readonly delay: number;
  /** Counts a line that is sent now. */
  record(): void;
}

/**
 * The server stores at most 50 lines of a stream every 500 ms. It drops the oldest of any more without telling the client.
 * 40 leave a margin, and no more than 8 go at once, so that a network that delivers late does not pile them up.
 */
const LIMITS: readonly { readonly lines: number; readonly window: number }[] = [
  { lines: 8, window: 100 },
  { lines: 40, window: 500 },
];
const LONGEST = Math.max(...LIMITS.map(({ lines }) => lines));

/** Lines per second that the pace allows. */
export const LINES_PER_SECOND = 80;

export function createPace(clock: Pick<Clock, 'monotonic'>): Pace {
  /** Times at which the latest lines were sent, the oldest first. */
  const sent: number[] = [];
  return {
    get delay() {
      const now = clock.monotonic();
      const waits = LIMITS.map(({ lines, window }) => (sent.at(-lines) ?? Number.NEGATIVE_INFINITY) + window - now);
      return Math.max(0, ...waits);
    },
    record() {
      sent.push(clock.monotonic());
      if (sent.length > LONGEST) sent.shift();
    },
  };
}

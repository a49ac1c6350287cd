/** How long a stream may stay open: shorter, when something on the way to the server breaks off those that are older. */
export interface StreamTime {
  /** Milliseconds after its first message at which a stream is closed, so that its messages are confirmed. */
  readonly limit: number;
  /** A stream was broken off while it was open. @param age milliseconds */
  brokenOff(age: number): void;
  confirmed(): void;
}

const LONGEST = 60_000;
const SHORTEST = 5_000;
/** Milliseconds by which streams get older again, one after the other. */
const GROWTH = 500;

/**
 * A proxy may close a stream that is silent for half a minute. Messages that are sent again would then be cut off every time,
 * and show up repeatedly. A restarted server closes a stream, too: only the second one in a row indicates a proxy. From then
 * on the duration grows in small steps, as each step that is too long costs a repetition.
 */
export function createStreamTime(): StreamTime {
  let limit = LONGEST;
  let hasBroken = false;
  return {
    get limit() {
      return limit;
    },
    brokenOff(age) {
      if (age < SHORTEST) return;
      if (hasBroken || limit < LONGEST) limit = Math.max(SHORTEST, Math.min(limit, age) * 0.75);
      hasBroken = true;
    },
    confirmed() {
      hasBroken = false;
      limit = Math.min(LONGEST, limit + GROWTH);
    },
  };
}

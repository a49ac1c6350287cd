import { NotFoundError } from '../errors.ts';
import type { LogMessage } from './log-messages.ts';

/** Reads records of one container's log. */
export type ReadLog = (range: LogRange & { readonly follow: boolean }) => AsyncIterable<LogMessage>;

export interface LogRange {
  /** Seconds since the epoch, with a fraction; records of that time are part of it. */
  readonly since?: string;
  readonly tail: number | string;
}

/**
 * Follows a log until the container ends, and then reads what is left: engines often end the stream before the last
 * records, although they have them.
 */
export async function* followToTheEnd(read: ReadLog, range: LogRange): AsyncGenerator<LogMessage> {
  let newest = '';
  /** Records of that time so far. */
  let count = 0;
  for await (const message of read({ ...range, follow: true })) {
    if (message.timestamp > newest) [newest, count] = [message.timestamp, 1];
    else if (message.timestamp === newest) count++;
    yield message;
  }
  const rest = newest === '' ? range : { since: secondsOf(newest), tail: 'all' };
  try {
    for await (const message of read({ ...rest, follow: false })) {
      if (count > 0) count--;
      else yield message;
    }
  } catch (error) {
    // A removed container has ended.
    if (!(error instanceof NotFoundError)) throw error;
  }
}

/** A time to the nanosecond, as the engine wants it. */
function secondsOf(timestamp: string): string {
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? '0';
  return `${Math.floor(Date.parse(timestamp) / 1000)}.${fraction}`;
}

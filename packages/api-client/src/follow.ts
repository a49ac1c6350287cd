import { backoffDelay, delay, type Clock } from '@device-supervisor/primitives';
import { ApiRequestError, InvalidKeyError } from './errors.ts';
import type { Send } from './send.ts';

/** Where a stream comes from. */
export interface Source {
  readonly address: string;
  readonly send: Send;
  readonly clock: Clock;
}

export interface FollowOptions {
  /** Ends the stream without an error. */
  readonly signal?: AbortSignal;
  /** The stream is open, or was lost and is opened again in so many milliseconds. */
  readonly onConnection?: (news: ConnectionNews) => void;
}

export type ConnectionNews =
  | { readonly connected: true }
  | { readonly connected: false; readonly error: unknown; readonly retryIn: number };

const FIRST_RETRY = 500;
const LONGEST_RETRY = 10_000;

/**
 * Reads a stream to its end, and opens it again, until the signal is aborted.
 *
 * @param open reads one connection to its end; calls `opened` when it has an answer
 * @throws ApiRequestError, InvalidKeyError the device refuses the stream: another attempt would not help
 */
export async function* follow<T>(
  open: (signal: AbortSignal, opened: () => void) => AsyncIterable<T>,
  { clock }: Pick<Source, 'clock'>,
  { signal = new AbortController().signal, onConnection = () => {} }: FollowOptions,
): AsyncGenerator<T> {
  let failures = 0;
  while (!signal.aborted) {
    let error: unknown = null;
    // A caller that stops reading closes the connection.
    const connection = new AbortController();
    try {
      yield* open(AbortSignal.any([signal, connection.signal]), () => {
        failures = 0;
        onConnection({ connected: true });
      });
    } catch (caught) {
      if (!signal.aborted && isRefusal(caught)) throw caught;
      error = caught;
    } finally {
      connection.abort();
    }
    if (signal.aborted) return;
    failures++;
    const retryIn = backoffDelay({ failures, first: FIRST_RETRY, limit: LONGEST_RETRY });
    onConnection({ connected: false, error, retryIn });
    await delay(clock, retryIn, signal);
  }
}

/** All but a device that is busy or starts. */
function isRefusal(error: unknown): boolean {
  if (error instanceof InvalidKeyError) return true;
  return error instanceof ApiRequestError && error.details.status < 500 && error.details.status !== 429;
}

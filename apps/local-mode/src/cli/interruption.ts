import type { Writable } from 'node:stream';

/** A request to stop, by signal or key. */
export interface Interruption extends Disposable {
  /** Aborted by the first request. */
  readonly signal: AbortSignal;
  /** Requests the stop without a signal. */
  request(): void;
}

/** Whether an operation ended because of a request to stop: errors of timers and requests have it among their causes. */
export function isInterruption(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof Interrupted) return true;
  return false;
}

/** The reason of the aborted signal. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * @param output a write error on it, as for a closed terminal, counts as a request
 * @param onSecond called by every further request: the user does not want to wait
 */
export function listenForInterruption(output: Writable, onSecond: () => void): Interruption {
  const controller = new AbortController();
  const request = (): void => {
    if (controller.signal.aborted) onSecond();
    else controller.abort(new Interrupted('interrupted'));
  };
  // A closed terminal sends a signal as well, and means it once.
  const onLost = (): void => controller.abort(new Interrupted('the output was closed'));
  for (const signal of SIGNALS) process.on(signal, request);
  process.on('SIGHUP', onLost);
  output.on('error', onLost);
  return {
    signal: controller.signal,
    request,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, request);
      process.off('SIGHUP', onLost);
    },
  };
}

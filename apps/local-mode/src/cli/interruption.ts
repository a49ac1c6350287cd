/** A wish to stop, by signal or key. */
export interface Interruption extends Disposable {
  /** Aborted at the first wish. */
  readonly signal: AbortSignal;
  /** Takes note of a wish that did not come as a signal. */
  request(): void;
}

/** The reason of the aborted signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** @param onSecond called at every wish after the first: somebody does not want to wait */
export function listenForInterruption(onSecond: () => void): Interruption {
  const controller = new AbortController();
  const request = (): void => {
    if (controller.signal.aborted) onSecond();
    else controller.abort(new Interrupted('interrupted'));
  };
  for (const signal of SIGNALS) process.on(signal, request);
  return {
    signal: controller.signal,
    request,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, request);
    },
  };
}

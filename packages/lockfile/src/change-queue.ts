import type { ServiceReference } from '@device-supervisor/update-locks';

/** Unread changes, each service once: a slow reader costs no memory. */
export interface ChangeQueue extends AsyncIterable<ServiceReference> {
  push(service: ServiceReference): void;
  /** The reader gets what is queued, then this error. */
  fail(error: Error): void;
}

export interface ChangeQueueOptions {
  /** Ends the iteration. */
  readonly signal: AbortSignal;
  /** Called once, when the signal is aborted, the reader stops or after a failure. */
  readonly onEnd: () => void;
}

export function createChangeQueue({ signal, onEnd }: ChangeQueueOptions): ChangeQueue {
  const queued = new Map<string, ServiceReference>();
  let failure: Error | undefined;
  let ended = false;
  let wake = Promise.withResolvers<void>();

  const end = (): void => {
    if (ended) return;
    ended = true;
    signal.removeEventListener('abort', end);
    wake.resolve();
    onEnd();
  };

  async function* read(): AsyncGenerator<ServiceReference, void, undefined> {
    try {
      while (!signal.aborted) {
        const [next] = queued;
        if (next !== undefined) {
          queued.delete(next[0]);
          yield next[1];
          continue;
        }
        if (failure !== undefined) throw failure;
        if (ended) return;
        await wake.promise;
        wake = Promise.withResolvers();
      }
    } finally {
      end();
    }
  }

  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return {
    push(service) {
      queued.set(`${service.appId}/${service.service}`, service);
      wake.resolve();
    },
    fail(error) {
      failure ??= error;
      end();
    },
    [Symbol.asyncIterator]: read,
  };
}

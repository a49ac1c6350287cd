/** Lets one caller at a time through for each key, in the order of the calls. */
export interface ExclusiveTurns<Key> {
  /**
   * Resolves when it is the caller's turn, with the function that ends the turn.
   * Rejects with the signal's reason when that is aborted before.
   */
  take(key: Key, signal?: AbortSignal): Promise<() => void>;
  /** Rejects all who wait. */
  rejectWaiting(reason: Error): void;
}

interface Waiting {
  readonly proceed: () => void;
  readonly reject: (reason: Error) => void;
}

export function createExclusiveTurns<Key>(): ExclusiveTurns<Key> {
  /** A key is present while a caller has its turn. */
  const queues = new Map<Key, Waiting[]>();

  function end(key: Key): void {
    const next = queues.get(key)?.shift();
    if (next === undefined) queues.delete(key);
    else next.proceed();
  }

  function endOnce(key: Key): () => void {
    let ended = false;
    return () => {
      if (!ended) end(key);
      ended = true;
    };
  }

  return {
    async take(key, signal) {
      signal?.throwIfAborted();
      const queue = queues.get(key);
      if (queue === undefined) queues.set(key, []);
      else await wait(queue, signal);
      return endOnce(key);
    },
    rejectWaiting(reason) {
      for (const queue of queues.values()) {
        for (const { reject } of queue.splice(0)) reject(reason);
      }
    },
  };
}

async function wait(queue: Waiting[], signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<'turn' | 'aborted'>();
  const onAbort = (): void => {
    queue.splice(queue.indexOf(waiting), 1);
    resolve('aborted');
  };
  const settled = (): void => signal?.removeEventListener('abort', onAbort);
  const waiting: Waiting = {
    proceed: () => (settled(), resolve('turn')),
    reject: (reason) => (settled(), reject(reason)),
  };
  queue.push(waiting);
  signal?.addEventListener('abort', onAbort, { once: true });
  if ((await promise) === 'aborted') signal?.throwIfAborted();
}

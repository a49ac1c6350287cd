/** Limits how many tasks run at once. Tasks start in the order in which they asked. */
export interface Semaphore {
  /**
   * Resolves when a permit is free; disposing of it returns the permit.
   * Rejects with the signal's reason when the signal is aborted first.
   */
  acquire(signal?: AbortSignal): Promise<Disposable>;
  /** Runs a task with a permit. A failed task returns its permit as well. */
  run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

/**
 * @param permits tasks at once; one makes a mutex
 *
 * @example
 * ```ts
 * const downloads = createSemaphore(3);
 * await Promise.all(images.map((image) => downloads.run(() => pull(image))));
 * ```
 */
export function createSemaphore(permits: number): Semaphore {
  const waiting: (() => void)[] = [];
  let free = permits;

  /** Hands the permit to the first in the queue, so that a newcomer cannot overtake it. */
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };

  const join = async (signal: AbortSignal | undefined): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      waiting.splice(waiting.indexOf(resolve), 1);
      reject(signal?.reason);
    };
    waiting.push(resolve);
    signal?.addEventListener('abort', leave, { once: true });
    await promise.finally(() => signal?.removeEventListener('abort', leave));
  };

  const semaphore: Semaphore = {
    async acquire(signal) {
      signal?.throwIfAborted();
      if (free > 0) free--;
      else await join(signal);
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (isHeld) release();
          isHeld = false;
        },
      };
    },
    async run(task, signal) {
      using _permit = await semaphore.acquire(signal);
      return await task();
    },
  };
  return semaphore;
}

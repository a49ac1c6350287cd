/**
 * Makes an iterable of a generator that ends when its signal is aborted. Its consumer may end it at any time, also while
 * it waits for the next item: a plain generator would end only when that had come.
 *
 * @param outer ends it too
 */
export function interruptible<T>(
  outer: AbortSignal,
  generate: (signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncIterableIterator<T> {
  const inner = new AbortController();
  const items = linked(outer, inner, generate);
  return {
    next: () => items.next(),
    return() {
      inner.abort();
      return items.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Listens to the outer signal only while it runs: that one may live as long as the process. */
async function* linked<T>(
  outer: AbortSignal,
  inner: AbortController,
  generate: (signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const end = (): void => inner.abort();
  outer.addEventListener('abort', end, { once: true });
  try {
    if (outer.aborted) return;
    yield* generate(inner.signal);
  } finally {
    outer.removeEventListener('abort', end);
  }
}

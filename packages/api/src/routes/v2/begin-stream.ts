export interface StreamOptions {
  /** Aborted when the client has left. */
  readonly stop: AbortController;
  /** Ends the stream when it is aborted. */
  readonly ending: AbortSignal | undefined;
  readonly onError: (error: unknown) => void;
}

/** Milliseconds in which a source that cannot begin fails; a source that follows may be silent for hours. */
const BEGIN_WITHIN = 500;

/**
 * Bytes of a source as the body of an answer, once it has begun: until then its failure is still an answer of its own. Takes
 * more only when the client has taken what came before, and ends the source when the client leaves.
 *
 * @throws what the source throws before its first bytes
 */
export async function beginStream(
  source: AsyncIterable<Uint8Array>,
  { stop, ending, onError }: StreamOptions,
): Promise<ReadableStream<Uint8Array>> {
  const chunks = source[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<Uint8Array>> | null = chunks.next();
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, BEGIN_WITHIN);
  try {
    await Promise.race([first, timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
  // A source that waits to be asked for more does not see the signal.
  stop.signal.addEventListener('abort', () => void chunks.return?.().catch(onError), { once: true });
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const finish = (): void => {
          if (stop.signal.aborted) return;
          stop.abort();
          controller.close();
        };
        ending?.addEventListener('abort', finish);
        stop.signal.addEventListener('abort', () => ending?.removeEventListener('abort', finish));
        if (ending?.aborted === true) finish();
      },
      async pull(controller) {
        try {
          const next = await (first ?? chunks.next());
          first = null;
          if (stop.signal.aborted) return;
          if (next.done !== true) return controller.enqueue(next.value);
        } catch (error) {
          if (stop.signal.aborted) return;
          onError(error);
        }
        stop.abort();
        controller.close();
      },
      cancel: () => stop.abort(),
    },
    { highWaterMark: 0 },
  );
}

import type { FollowOptions } from '@device-supervisor/api-client';

/**
 * Opens a stream that connects again by itself when it is lost: it is open once this resolves, and ends with the signal.
 *
 * @throws the error of the first attempt
 */
export async function openFollowed<T>(
  signal: AbortSignal,
  follow: (options: FollowOptions) => AsyncIterable<T>,
): Promise<AsyncIterable<T>> {
  const end = new AbortController();
  const opened = Promise.withResolvers<void>();
  const iterator = follow({
    signal: AbortSignal.any([signal, end.signal]),
    onConnection: (news) => (news.connected ? opened.resolve() : opened.reject(news.error)),
  })[Symbol.asyncIterator]();
  const first = iterator.next();
  try {
    // A refusal rejects the first item.
    await Promise.race([opened.promise, first]);
  } catch (error) {
    end.abort();
    throw error;
  }
  return { [Symbol.asyncIterator]: () => resumed(iterator, first) };
}

async function* resumed<T>(iterator: AsyncIterator<T>, first: Promise<IteratorResult<T>>): AsyncGenerator<T> {
  for (let next = await first; next.done !== true; next = await iterator.next()) yield next.value;
}

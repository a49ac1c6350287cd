/** The chunks of a stream, which is cancelled when the caller stops; not every browser iterates streams itself. */
export async function* readChunks<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } finally {
    // Cancelling a stream that ended with an error throws that error again.
    await reader.cancel().catch(() => undefined);
  }
}

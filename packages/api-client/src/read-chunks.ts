/** The chunks of a stream, which is cancelled when the caller stops; not every browser iterates streams itself. */
export async function* readChunks<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } finally {
    // What ended with an error cannot be cancelled, and says so again.
    await reader.cancel().catch(() => undefined);
  }
}

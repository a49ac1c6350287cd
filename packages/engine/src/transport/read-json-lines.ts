import type { z } from 'zod';

/** Far above any event or progress line: labels are part of events, and they may be long. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/**
 * Decodes a stream of one JSON object per line, whatever its chunks; lines that are not such objects are left out.
 *
 * @throws {RangeError} when a line is longer than 16 Mi characters
 */
export async function* readJsonLines<T>(chunks: AsyncIterable<Uint8Array>, schema: z.ZodType<T>): AsyncGenerator<T> {
  for await (const line of readLines(chunks)) {
    const decoded = schema.safeParse(parseJson(line));
    if (decoded.success) yield decoded.data;
  }
}

/** `undefined`: it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) throw new RangeError(`a line is longer than ${MAX_LINE_LENGTH} characters`);
    yield* lines;
  }
  yield rest + decoder.decode();
}

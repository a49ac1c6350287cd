import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** Bytes before each frame: the stream (1 or 2), three zeros, the length in four bytes. */
const HEADER = 8;
const LENGTH_AT = 4;
const STDERR = 2;

/** Takes the engine's stream of a command without a terminal apart, to its end. Waits for readers that are slow. */
export async function writeFrames(
  stream: Readable,
  { output, errors }: { readonly output: Writable; readonly errors: Writable },
): Promise<void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, Buffer.from(chunk)]);
    while (rest.length >= HEADER) {
      const end = HEADER + rest.readUInt32BE(LENGTH_AT);
      if (rest.length < end) break;
      const target = rest[0] === STDERR ? errors : output;
      if (!target.write(rest.subarray(HEADER, end))) await once(target, 'drain');
      rest = rest.subarray(end);
    }
  }
}

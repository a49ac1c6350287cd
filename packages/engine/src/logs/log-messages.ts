import { EngineRequestError } from '../errors.ts';

/** One record of a container's log: at most 16 KiB; longer lines come in several. */
export interface LogMessage {
  readonly stream: 'stdout' | 'stderr';
  /** As the engine wrote it, e.g. `2026-11-23T20:05:38.039988971Z`; `''`: there is none. */
  readonly timestamp: string;
  /** With its line feed, when the line ends here. */
  readonly text: Buffer;
}

/** Bytes of a line at which the engine begins a new record. */
const RECORD_LENGTH = 16 * 1024;
/** A timestamp and the space after it; an offset from UTC when the log driver gives local time. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d)) /;
const LONGEST_TIMESTAMP = '2026-11-23T20:05:38.039988971+02:00 '.length;
const HEADER_LENGTH = 8;
/** Kinds of frames. */
const STDERR = 2;
const ENGINE_ERROR = 3;
const LINE_FEED = 0x0a;

/**
 * Records of a container without a terminal: frames of one record each, with stream and length in a header.
 *
 * @throws {EngineRequestError} when the engine cannot continue reading its logs
 */
export async function* readFramedMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LogMessage> {
  const input = new ByteQueue();
  for await (const chunk of chunks) {
    input.push(chunk);
    for (;;) {
      const header = input.peek(HEADER_LENGTH);
      if (header.length < HEADER_LENGTH) break;
      const length = header.readUInt32BE(4);
      if (input.length < HEADER_LENGTH + length) break;
      input.take(HEADER_LENGTH);
      const kind = header.readUInt8(0);
      const payload = input.take(length);
      if (kind === ENGINE_ERROR) throw new EngineRequestError('GET logs', 200, payload.toString().trim());
      yield splitTimestamp(kind === STDERR ? 'stderr' : 'stdout', payload);
    }
  }
}

/**
 * Records of a container with a terminal: one after the other, each with a timestamp at its begin, also in the middle
 * of a line.
 */
export async function* readRawMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LogMessage> {
  const input = new ByteQueue();
  for await (const chunk of chunks) {
    input.push(chunk);
    for (;;) {
      const message = nextRawMessage(input);
      if (message === null) break;
      yield message;
    }
  }
  if (input.length > 0) yield splitTimestamp('stdout', input.take(input.length));
}

function nextRawMessage(input: ByteQueue): LogMessage | null {
  const start = input.peek(LONGEST_TIMESTAMP + RECORD_LENGTH);
  const prefix = splitTimestamp('stdout', start).timestamp.length;
  const textStart = prefix === 0 ? 0 : prefix + 1;
  const lineFeed = start.indexOf(LINE_FEED);
  const end = lineFeed < 0 ? textStart + RECORD_LENGTH : lineFeed + 1;
  if (end > start.length) return null;
  return splitTimestamp('stdout', input.take(end));
}

function splitTimestamp(stream: LogMessage['stream'], bytes: Buffer): LogMessage {
  const timestamp = TIMESTAMP.exec(bytes.toString('latin1', 0, LONGEST_TIMESTAMP))?.[1] ?? '';
  return { stream, timestamp, text: timestamp === '' ? bytes : bytes.subarray(timestamp.length + 1) };
}

/** Bytes that arrived and were not consumed yet. */
class ByteQueue {
  #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#length += chunk.byteLength;
  }

  /** The first bytes, fewer when there are not as many; without consuming them. */
  peek(length: number): Buffer {
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    if (first.length >= length || this.#chunks.length <= 1) return first.subarray(0, length);
    this.#chunks = [Buffer.concat(this.#chunks)];
    return this.peek(length);
  }

  take(length: number): Buffer {
    const bytes = this.peek(length);
    const first = this.#chunks[0];
    if (first !== undefined) {
      if (bytes.length === first.length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(bytes.length);
      this.#length -= bytes.length;
    }
    return bytes;
  }
}

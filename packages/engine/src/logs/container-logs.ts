import { pathOf } from '../containers/container-actions.ts';
import type { Transport } from '../transport/transport.ts';
import { ContainerInspection } from '../wire/container-wire.ts';
import { followToTheEnd, type ReadLog } from './follow-to-the-end.ts';
import { readFramedMessages, readRawMessages, type LogMessage } from './log-messages.ts';

export interface ContainerLogsOptions {
  /** Milliseconds since the epoch; older lines are left out. */
  readonly since?: number;
  /** Number of the newest lines. Default: all. */
  readonly tail?: number;
  /** Go on until the container ends. */
  readonly follow: boolean;
}

export interface ContainerLogLine {
  /** A container with a terminal writes everything to `stdout`. */
  readonly stream: 'stdout' | 'stderr';
  /** Without its end. */
  readonly line: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** A longer line comes in pieces of this many bytes: a container that never ends its line must not fill our memory. */
const MAX_LINE_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** See `Engine.containerLogs`. */
export async function* readContainerLogs(
  transport: Transport,
  container: string,
  { since, tail, follow, signal }: ContainerLogsOptions & { readonly signal: AbortSignal },
): AsyncGenerator<ContainerLogLine, void> {
  if (signal.aborted) return;
  const path = pathOf(container);
  const { Config } = await transport.request({ method: 'GET', path: `${path}/json` }, ContainerInspection);
  const read: ReadLog = async function* (range) {
    const query = { stdout: true, stderr: true, timestamps: true, ...range };
    const { chunks } = await transport.open({ method: 'GET', path: `${path}/logs`, query, signal });
    yield* Config.Tty ? readRawMessages(chunks) : readFramedMessages(chunks);
  };
  const range = { tail: tail ?? 'all', ...(since === undefined ? {} : { since: (since / 1000).toFixed(3) }) };
  try {
    const messages = follow ? followToTheEnd(read, range) : read({ ...range, follow });
    yield* assembleLines(messages, Config.Tty);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface OpenLine {
  readonly timestamp: number;
  readonly parts: Buffer[];
  length: number;
}

/** Puts records together to lines; those of the two streams may be interleaved. */
async function* assembleLines(messages: AsyncIterable<LogMessage>, tty: boolean): AsyncGenerator<ContainerLogLine> {
  const open: Partial<Record<LogMessage['stream'], OpenLine>> = {};
  let last = 0;
  const finish = (stream: LogMessage['stream'], { timestamp, parts }: OpenLine): ContainerLogLine => {
    delete open[stream];
    return { stream, timestamp, line: decodeLine(Buffer.concat(parts), tty) };
  };
  for await (const { stream, timestamp, text } of messages) {
    if (timestamp !== '') last = Date.parse(timestamp);
    const line = (open[stream] ??= { timestamp: last, parts: [], length: 0 });
    line.parts.push(text);
    line.length += text.length;
    if (text.at(-1) === LINE_FEED || line.length >= MAX_LINE_BYTES) yield finish(stream, line);
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const line = open[stream];
    if (line !== undefined) yield finish(stream, line);
  }
}

/** A terminal ends lines with a carriage return, too. */
function decodeLine(bytes: Buffer, tty: boolean): string {
  let end = bytes.length;
  if (bytes[end - 1] === LINE_FEED) end--;
  if (tty && bytes[end - 1] === CARRIAGE_RETURN) end--;
  return bytes.toString('utf8', 0, end);
}

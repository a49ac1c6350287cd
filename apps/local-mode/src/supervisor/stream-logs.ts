import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { SupervisorApiError } from '../errors.ts';

/** One line that a service or the supervisor wrote. */
export interface LogLine {
  readonly message: string;
  /** `null`: about no service in particular. */
  readonly service: string | null;
  /** The supervisor's own. */
  readonly isSystem: boolean;
  readonly isStdErr: boolean;
}

const LogAnswer = z.object({
  message: z.string(),
  serviceName: z.string().nullish(),
  isSystem: z.boolean().nullish(),
  isStdErr: z.boolean().nullish(),
});

/**
 * Opens the supervisor's stream of log lines; it is open once this resolves. The lines end when the signal is aborted, or
 * the supervisor goes away.
 *
 * @throws SupervisorApiError when it cannot be opened
 */
export async function streamLogs(url: string, signal: AbortSignal): Promise<AsyncIterable<LogLine>> {
  const failed = (reason: string, cause?: unknown): SupervisorApiError =>
    new SupervisorApiError('GET /v2/local/logs', null, { reason, cause });
  let answer: IncomingMessage;
  try {
    answer = await open(url, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw failed(`status ${answer.statusCode}`);
  }
  return readLines(answer);
}

/** Not with fetch: it gives up on a stream that is silent for some minutes. */
function open(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // The listener stays: later failures end the answer, and reach its reader there.
  request(url, { agent: false, signal }, resolve).on('error', reject).end();
  return promise;
}

async function* readLines(answer: IncomingMessage): AsyncGenerator<LogLine> {
  try {
    for await (const text of createInterface({ input: answer, crlfDelay: Infinity })) {
      const line = parseLine(text);
      if (line !== null) yield line;
    }
  } catch (error) {
    // Its end is all that matters, whether it came in order or not.
    if (!answer.destroyed) throw error;
  } finally {
    answer.destroy();
  }
}

/** `null`: cut off, or no line of a log. */
function parseLine(text: string): LogLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = LogAnswer.safeParse(value);
  if (!parsed.success) return null;
  const { message, serviceName, isSystem, isStdErr } = parsed.data;
  return { message, service: serviceName ?? null, isSystem: isSystem ?? false, isStdErr: isStdErr ?? false };
}

import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { openStream } from './open-stream.ts';

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
  return readLines(await openStream(url, signal));
}

async function* readLines(answer: IncomingMessage): AsyncGenerator<LogLine> {
  try {
    for await (const text of createInterface({ input: answer, crlfDelay: Infinity })) {
      const line = parseLine(text);
      if (line !== null) yield line;
    }
  } catch (error) {
    // A stream that was destroyed has ended, in order or not.
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

import type { IncomingMessage } from 'node:http';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { Readable } from 'node:stream';
import * as z from 'zod';
import { openStream } from './open-stream.ts';

/** An operation of the supervisor that ended. */
export interface OperationEnd {
  /** The same for each attempt at the same operation. */
  readonly id: string;
  /** The API's word, e.g. `pull-image`, `start-container`. */
  readonly kind: string;
  /** `null`: for no service in particular. */
  readonly service: string | null;
  /** `null`: it did not fail. */
  readonly failure: string | null;
  /** Whether the supervisor tries it again. */
  readonly isRetried: boolean;
}

const OperationFinished = z.object({
  id: z.string(),
  kind: z.string(),
  service: z.string().nullable(),
  result: z.string(),
  error: z.object({ message: z.string() }).optional(),
  retryIn: z.number().nullable(),
});

/**
 * Opens the supervisor's stream of events; it is open once this resolves. The ends of operations come until the signal is
 * aborted, or the supervisor goes away.
 *
 * @throws SupervisorApiError when it cannot be opened
 */
export async function streamOperations(url: string, signal: AbortSignal): Promise<AsyncIterable<OperationEnd>> {
  return readOperations(await openStream(url, signal));
}

async function* readOperations(answer: IncomingMessage): AsyncGenerator<OperationEnd> {
  const events = Readable.toWeb(answer).pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  try {
    for await (const { event, data } of events) {
      if (event !== 'operation-finished') continue;
      const { id, kind, service, result, error, retryIn } = OperationFinished.parse(JSON.parse(data));
      const failure = result === 'failed' ? (error?.message ?? 'it failed') : null;
      yield { id, kind, service, failure, isRetried: retryIn !== null };
    }
  } catch (error) {
    // A stream that was destroyed has ended, in order or not.
    if (!answer.destroyed) throw error;
  } finally {
    answer.destroy();
  }
}

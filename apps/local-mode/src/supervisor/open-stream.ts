import { request, type IncomingMessage } from 'node:http';
import { SupervisorApiError } from '../errors.ts';

/**
 * Opens a stream of the supervisor's API.
 *
 * @throws SupervisorApiError when it cannot be opened; the signal's reason when aborted
 */
export async function openStream(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const failed = (reason: string, cause?: unknown): SupervisorApiError =>
    new SupervisorApiError(`GET ${new URL(url).pathname}`, null, { reason, cause });
  let answer: IncomingMessage;
  try {
    answer = await send(url, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  throw failed(`status ${answer.statusCode}`);
}

/** `fetch` ends a stream that is silent for some minutes. */
function send(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // The listener stays: a failure of the stream after its head must not be an uncaught error.
  request(url, { agent: false, signal }, resolve).on('error', reject).end();
  return promise;
}

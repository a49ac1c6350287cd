import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { LightHeaders } from '../web/light-headers.ts';
import { ReceivedRequest } from '../web/light-request.ts';
import { LightResponse } from '../web/light-response.ts';

export type Answer = (
  request: Request,
  exchange: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse },
) => Response | Promise<Response>;

export interface AnswerOptions {
  /** The answer to a request that cannot be understood, or that `answer` failed at. */
  readonly onFailure: (error: unknown) => Response;
  /** Receives why an answer could not be sent. */
  readonly onError: (error: unknown) => void;
}

/** Answers the requests of a Node.js server. */
export function answerRequests(answer: Answer, { onFailure, onError }: AnswerOptions): RequestListener {
  return (incoming, outgoing) => {
    outgoing.once('finish', () => dropRest(incoming));
    const send = (response: Response): void => {
      sendResponse(response, outgoing).catch((error: unknown) => {
        onError(error);
        outgoing.destroy();
      });
    };
    try {
      const made = answer(new ReceivedRequest(incoming, outgoing), { incoming, outgoing });
      if (made instanceof Promise) made.catch(onFailure).then(send, onError);
      else send(made);
    } catch (error) {
      send(onFailure(error));
    }
  };
}

async function sendResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  const content = response instanceof LightResponse ? response.takeContent() : response.body;
  const headers = (
    response.headers instanceof LightHeaders ? response.headers : new LightHeaders(response.headers)
  ).toRecord();
  if (content === null || typeof content === 'string' || content instanceof Uint8Array) {
    if (content !== null) headers['content-length'] ??= String(Buffer.byteLength(content));
    outgoing.writeHead(response.status, headers);
    outgoing.end(content ?? undefined);
    return;
  }
  outgoing.writeHead(response.status, headers);
  outgoing.flushHeaders();
  await sendStream(content, outgoing);
}

/** Takes from the stream what the client takes. The stream is cancelled when the client leaves. */
async function sendStream(stream: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  if (outgoing.destroyed) return cancel();
  outgoing.once('close', cancel);
  for (;;) {
    const { done, value } = await reader.read();
    if (done || outgoing.destroyed) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.off('close', cancel);
  outgoing.end();
}

async function drained(outgoing: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  outgoing.once('drain', resolve);
  outgoing.once('close', resolve);
  await promise;
  outgoing.off('drain', resolve);
  outgoing.off('close', resolve);
}

/** Milliseconds and bytes in which the rest of a body that no route read must have come for the connection to be kept. */
const REST_TIME = 500;
const REST_SIZE = 64 * 1024 * 1024;

/** Reads the rest of a body away: what comes after it on the connection is the next request. */
function dropRest(incoming: IncomingMessage): void {
  // A body that was not touched is dropped by Node.js.
  if (incoming.readableEnded || incoming.destroyed || !incoming.readableDidRead) return;
  let size = 0;
  const close = (): void => incoming.socket.destroySoon();
  const timer = setTimeout(close, REST_TIME);
  timer.unref();
  incoming.on('data', (chunk: Uint8Array) => {
    size += chunk.byteLength;
    if (size > REST_SIZE) close();
  });
  incoming.once('close', () => clearTimeout(timer));
  incoming.resume();
}

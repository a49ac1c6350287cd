import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidRequestError } from '../errors.ts';
import type { ApiRequest, Reply } from './exchange.ts';

/** @throws InvalidRequestError when what it asks for is no address */
export function fromIncoming(incoming: IncomingMessage): ApiRequest {
  return {
    method: incoming.method ?? 'GET',
    url: addressOf(incoming),
    header(name) {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    // Whoever stops to read still has an answer to send.
    body: () => incoming.iterator({ destroyOnReturn: false }),
  };
}

/** Sends an answer; resolves when all of it has been handed over, or the client has left. */
export async function sendReply({ status, headers, body }: Reply, outgoing: ServerResponse): Promise<void> {
  if (body === null) {
    outgoing.writeHead(status, headers).end();
  } else if (typeof body === 'string') {
    outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  } else {
    outgoing.writeHead(status, headers).flushHeaders();
    await sendStream(body, outgoing);
  }
}

/** Bytes that a client may still send after its answer, and milliseconds that it may take, for its connection to be kept. */
const MAX_REST_SIZE = 64 * 1024 * 1024;
const MAX_REST_TIME = 500;

/** Drops what a client still sends after its answer, so that its connection can be used again. */
export function dropRest(incoming: IncomingMessage): void {
  if (incoming.readableEnded || incoming.destroyed) return;
  // Whoever read a part of it may have paused it.
  incoming.resume();
  if (incoming.complete) return;
  let size = 0;
  const timer = setTimeout(() => incoming.socket.destroy(), MAX_REST_TIME);
  for (const event of ['end', 'close'] as const) incoming.once(event, () => clearTimeout(timer));
  incoming.on('data', (piece: Uint8Array) => {
    size += piece.byteLength;
    if (size > MAX_REST_SIZE) incoming.socket.destroy();
  });
}

function addressOf({ url: target = '', headers }: IncomingMessage): URL {
  // As requests to a proxy have it.
  const isWhole = /^https?:\/\//.test(target);
  const host = headers.host === undefined || headers.host === '' ? 'localhost' : headers.host;
  const address = URL.parse(isWhole ? target : `http://${host}${target}`);
  const isHost = isWhole || address?.hostname === host.replace(/:\d*$/, '').toLowerCase();
  if (address === null || !isHost) throw new InvalidRequestError('the request is malformed');
  return address;
}

/** Takes a piece from the stream when the client has taken the one before. */
async function sendStream(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader();
  let wake = (): void => undefined;
  const leave = (): void => {
    // It is the client that is gone; whoever feeds the stream has been told.
    reader.cancel().catch(() => undefined);
    wake();
  };
  if (outgoing.destroyed) return leave();
  outgoing.once('close', leave);
  outgoing.on('drain', () => wake());
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (outgoing.write(next.value) || outgoing.destroyed) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
    outgoing.end();
  } catch (error) {
    outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

import { once } from 'node:events';
import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerFailure } from '../error-map.ts';
import { InvalidRequestError, ListenError } from '../errors.ts';
import { answerRequests } from './answer-requests.ts';
import { createLocalAddressFilter } from './local-address-filter.ts';
import { createRequestNames, REQUEST_ID } from './request-names.ts';
import type { ClientConnection, RequestBindings } from '../routes/route.ts';

export interface ListenOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Address to listen on; all by default. */
  readonly host?: string;
  /** Addresses of ours at which connections are taken; all by default. Others are closed before a byte is read. */
  readonly allow?: readonly string[];
  /** Milliseconds that requests in progress get when the server is disposed of; 5 s by default. */
  readonly drainTimeout?: number;
}

/** Disposing of it ends streams, lets requests in progress finish and closes every connection. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
}

/** Offers `answer` over HTTP. */
export async function listen(
  answer: (request: Request, bindings: RequestBindings) => Response | Promise<Response>,
  { requestTimeout, onError, drainTimeout = 5_000, ...options }: ListenOptions & TransportOptions,
): Promise<Server> {
  const ending = new AbortController();
  const nameRequest = createRequestNames();
  const onRequest = answerRequests(
    (request, { outgoing }) =>
      answer(request, {
        ending: ending.signal,
        requestId: String(outgoing.getHeader(REQUEST_ID)),
        connection: addressesOf(outgoing.req.socket),
      }),
    {
      onFailure: (error) => answerFailure(new InvalidRequestError('the request is malformed', error), { onError }),
      onError,
    },
  );
  const server = createServer(
    {
      requestTimeout,
      headersTimeout: Math.min(60_000, requestTimeout),
      keepAliveTimeout: 60_000,
      maxHeaderSize: 16 * 1024,
      // A client that vanished without a word is noticed by this alone while nothing is written.
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    },
    (incoming, outgoing) => {
      outgoing.setHeader(REQUEST_ID, nameRequest(incoming.headers[REQUEST_ID]));
      onRequest(incoming, outgoing);
    },
  );
  const isAllowed = createLocalAddressFilter(options.allow);
  server.on('connection', (socket) => {
    if (!isAllowed(socket.localAddress)) socket.destroy();
  });
  const drain = prepareDrain(server);
  await startListening(server, options);
  server.on('error', onError);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : options.port,
    address: typeof bound === 'object' && bound !== null ? bound.address : (options.host ?? ''),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await drain(drainTimeout);
    },
  };
}

/** Of a socket that is closed already there is none. */
function addressesOf({ remoteAddress = '', localAddress = '' }: Socket): ClientConnection {
  return { remoteAddress, localAddress };
}

export interface TransportOptions {
  /** Milliseconds in which a request must have arrived. */
  readonly requestTimeout: number;
  readonly onError: (error: unknown) => void;
}

async function startListening(server: HttpServer, { port, host }: ListenOptions): Promise<void> {
  try {
    server.listen({ port, ...(host === undefined ? {} : { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError({ port, ...(host === undefined ? {} : { host }) }, error);
  }
}

/**
 * Watches the connections of a server; the function that is returned closes it. Node.js itself takes a connection that has
 * not sent anything yet as busy, and would wait a minute for it.
 */
function prepareDrain(server: HttpServer): (timeout: number) => Promise<void> {
  const connections = new Set<Socket>();
  const answers = new Map<ServerResponse, Socket>();
  let drained: Promise<unknown> | undefined;
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.prependListener('request', ({ socket }, outgoing) => {
    answers.set(outgoing, socket);
    outgoing.once('close', () => {
      answers.delete(outgoing);
      if (drained !== undefined) socket.destroySoon();
    });
  });

  async function close(timeout: number): Promise<void> {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    const busy = new Set(answers.values());
    for (const socket of connections) {
      if (!busy.has(socket)) socket.destroy();
    }
    for (const outgoing of answers.keys()) {
      outgoing.shouldKeepAlive = false;
      // A stream that its client does not read can never be ended in order.
      if (outgoing.writableNeedDrain && !outgoing.writableEnded) outgoing.destroy();
    }
    const timer = setTimeout(() => server.closeAllConnections(), timeout);
    await closed.promise;
    clearTimeout(timer);
  }

  return async (timeout) => {
    drained ??= close(timeout);
    await drained;
  };
}

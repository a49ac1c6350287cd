import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The answer of an engine; a function may use the response itself, or leave it open. */
export type Answer = object | string | ((response: ServerResponse, request: ReceivedRequest) => void);

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that speaks as much of the Engine API as a test tells it, on a socket of its own. */
export interface ScriptedEngine extends AsyncDisposable {
  /** `unix:///path`. */
  readonly endpoint: string;
  /** By method and path, e.g. `GET /info`; changed at will. Any other path is answered with 404. */
  readonly answers: Record<string, Answer>;
  readonly requests: readonly ReceivedRequest[];
  /** Method and path of the requests since the last look. */
  takeRequests(): string[];
  /** Sends an event to all subscribers, and resolves when it is sent. */
  emit(event: object): Promise<void>;
  /** Breaks the connections of those who listen to events. */
  breakEvents(): void;
}

/** Starts one that answers pings and streams events. */
export async function startScriptedEngine(answers: Record<string, Answer> = {}): Promise<ScriptedEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'scripted-engine-'));
  const socket = join(directory, 'engine.sock');
  const requests: ReceivedRequest[] = [];
  const listeners = new Set<ServerResponse>();
  const all: Record<string, Answer> = {
    'GET /_ping': 'OK',
    'GET /events': (response) => {
      response.flushHeaders();
      listeners.add(response);
      response.on('close', () => listeners.delete(response));
    },
    ...answers,
  };
  let taken = 0;

  const server = createServer((message, response) => {
    void receive(message).then((request) => {
      requests.push(request);
      reply(response, request, all[`${request.method} ${request.path}`]);
    });
  });
  server.listen(socket);
  await once(server, 'listening');

  return {
    endpoint: `unix://${socket}`,
    answers: all,
    requests,
    takeRequests: () => requests.slice(taken, (taken = requests.length)).map(({ method, path }) => `${method} ${path}`),
    async emit(event) {
      const line = `${JSON.stringify(event)}\n`;
      await Promise.all(
        [...listeners].map((listener) => {
          const { promise, resolve } = Promise.withResolvers<unknown>();
          listener.write(line, resolve);
          return promise;
        }),
      );
    },
    breakEvents() {
      for (const listener of listeners) listener.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function receive(message: IncomingMessage): Promise<ReceivedRequest> {
  const url = new URL(message.url ?? '/', 'http://engine');
  return {
    method: message.method ?? '',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: message.headers,
    body: await text(message),
  };
}

function reply(response: ServerResponse, request: ReceivedRequest, answer: Answer | undefined): void {
  if (typeof answer === 'function') {
    answer(response, request);
  } else if (answer === undefined) {
    refuse(response, 404, `page not found: ${request.path}`);
  } else {
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }
}

/** Answers as an engine that does not do what it was asked for. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ message }));
}

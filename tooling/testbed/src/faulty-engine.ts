import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { waitFor } from './wait-for.ts';

/** A real engine behind a socket whose answers a test can spoil. Requests that no fault matches pass unchanged. */
export interface FaultyEngine extends AsyncDisposable {
  /** `unix:///path`. */
  readonly endpoint: string;
  /** Method and path of each request since the last call, e.g. `GET /containers/json`. */
  takeRequests(): string[];
  /** Method and path of each request that is in progress, e.g. of a stream. */
  openRequests(): string[];
  /** Closes the connections on which no request is in progress. Resolves when the clients have closed them, too. */
  closeIdleConnections(): Promise<void>;
  /** Spoils the requests that match, from now on, until it is disposed of. The fault that was injected first counts. */
  inject(matches: (request: EngineRequest) => boolean, fault: EngineFault): InjectedFault;
}

export interface EngineRequest {
  readonly method: string;
  /** Decoded, without the version, e.g. `/containers/web/json`. */
  readonly path: string;
}

export interface InjectedFault extends Disposable {
  /** How many requests it spoiled. */
  readonly count: number;
}

/**
 * - `refuse`: the engine is not asked; the answer is an error in the engine's form
 * - `replace`: the engine is not asked; the answer is this text with status 200
 * - `reset`: the engine is not asked; the connection breaks
 * - `hang`: the engine is not asked; no answer comes, and the connection stays open
 * - `lose-answer`: the engine carries the request out; the connection breaks before its answer
 * - `refuse-afterwards`: the engine carries the request out; the answer is an error
 * - `break-off`: half of the engine's answer comes, then the connection breaks
 * - `cut-off`: half of the engine's answer comes, as if it were all
 * - `delay`: the engine's answer comes this many milliseconds later
 * - `silence`: the answer begins, and none of its content comes, e.g. of a stream of events. Streams that were open before
 *   fall silent, too
 */
export type EngineFault =
  | { readonly kind: 'refuse' | 'refuse-afterwards'; readonly status: number; readonly message: string }
  | { readonly kind: 'replace'; readonly text: string }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'reset' | 'hang' | 'lose-answer' | 'break-off' | 'cut-off' | 'silence' };

interface ActiveFault {
  readonly matches: (request: EngineRequest) => boolean;
  readonly fault: EngineFault;
  count: number;
}

/** @param engine endpoint of the engine, `unix:///path` */
export async function startFaultyEngine(engine: string): Promise<FaultyEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'faulty-engine-'));
  const upstream = engine.slice('unix://'.length);
  const faults = new Set<ActiveFault>();
  const requests: string[] = [];
  const connections = new Set<Socket>();
  const open = new Map<ServerResponse, string>();
  const faultOf = (asked: EngineRequest): ActiveFault | undefined => [...faults].find(({ matches }) => matches(asked));

  const server = createServer((incoming, outgoing) => {
    const asked = { method: incoming.method ?? 'GET', path: pathOf(incoming.url ?? '/') };
    const name = `${asked.method} ${asked.path}`;
    requests.push(name);
    open.set(outgoing, name);
    outgoing.once('close', () => open.delete(outgoing));
    const active = faultOf(asked);
    if (active !== undefined) active.count++;
    const fault = active?.fault;
    if (fault !== undefined && answerAlone(fault, incoming, outgoing)) return;
    const isSilenced = (): boolean => faultOf(asked)?.fault.kind === 'silence';
    void passOn({ incoming, outgoing, upstream, fault, isSilenced });
  });
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.listen(join(directory, 'engine.sock'));
  await once(server, 'listening');
  return {
    endpoint: `unix://${directory}/engine.sock`,
    takeRequests: () => requests.splice(0),
    openRequests: () => [...open.values()],
    async closeIdleConnections() {
      const busy = new Set([...open.keys()].map(({ socket }) => socket));
      const idle = [...connections].filter((socket) => !busy.has(socket));
      for (const socket of idle) socket.end();
      await waitFor('clients to close their idle connections', () => idle.map(describeConnection), {
        until: (descriptions) => descriptions.every((one) => one === CLOSED),
      });
    },
    inject(matches, fault) {
      const active: ActiveFault = { matches, fault, count: 0 };
      faults.add(active);
      return {
        get count() {
          return active.count;
        },
        [Symbol.dispose]: () => void faults.delete(active),
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const CLOSED = 'closed';

/** For the error of a wait: a client that has bytes left to read does not see the end of a connection. */
function describeConnection({ closed, bytesRead, bytesWritten, writableLength }: Socket): string {
  return closed ? CLOSED : `open: ${bytesRead} bytes came, ${bytesWritten} went, ${writableLength} wait`;
}

function pathOf(url: string): string {
  return decodeURIComponent(new URL(url, 'http://engine').pathname.replace(/^\/v1\.\d+(?=\/)/, ''));
}

/** @returns whether the fault needs no engine */
function answerAlone(fault: EngineFault, incoming: IncomingMessage, outgoing: ServerResponse): boolean {
  switch (fault.kind) {
    case 'refuse':
      incoming.resume();
      refuse(outgoing, fault);
      return true;
    case 'replace':
      incoming.resume();
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(fault.text);
      return true;
    case 'reset':
      outgoing.destroy();
      return true;
    case 'hang':
      incoming.resume();
      return true;
    default:
      return false;
  }
}

interface Passage {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly upstream: string;
  readonly fault: EngineFault | undefined;
  readonly isSilenced: () => boolean;
}

/** Never rejects: when one side goes away, the end of the other's connection reports it. */
async function passOn({ incoming, outgoing, upstream, fault, isSilenced }: Passage): Promise<void> {
  const { method, url, headers } = incoming;
  const sent = request({ socketPath: upstream, method, path: url, headers });
  outgoing.once('close', () => sent.destroy());
  incoming.pipe(sent);
  try {
    const answer = await answerOf(sent);
    if (fault === undefined || fault.kind === 'silence') {
      stream(answer, outgoing, isSilenced);
      return;
    }
    const content = await buffer(answer);
    await spoil(fault, outgoing, { status: answer.statusCode ?? 502, headers: answer.headers, content });
  } catch {
    outgoing.destroy();
  }
}

function answerOf(sent: ReturnType<typeof request>): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.once('response', resolve);
  sent.once('error', reject);
  return promise;
}

function stream(answer: IncomingMessage, outgoing: ServerResponse, isSilenced: () => boolean): void {
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.flushHeaders();
  answer.on('data', (chunk: Buffer) => {
    if (!isSilenced()) outgoing.write(chunk);
  });
  answer.on('end', () => {
    // A silent stream stays open, as one does whose other end hangs.
    if (!isSilenced()) outgoing.end();
  });
  answer.on('error', () => outgoing.destroy());
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly content: Buffer;
}

async function spoil(
  fault: EngineFault,
  outgoing: ServerResponse,
  { status, headers, content }: Answer,
): Promise<void> {
  const half = content.subarray(0, Math.floor(content.length / 2));
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = headers;
  switch (fault.kind) {
    case 'refuse-afterwards':
      refuse(outgoing, fault);
      return;
    case 'break-off':
      outgoing.writeHead(status, { ...kept, 'content-length': String(content.length) });
      outgoing.write(half, () => outgoing.destroy());
      return;
    case 'cut-off':
      outgoing.writeHead(status, { ...kept, 'content-length': String(half.length) }).end(half);
      return;
    case 'delay': {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, fault.milliseconds);
      outgoing.once('close', () => (clearTimeout(timer), resolve()));
      await promise;
      outgoing.writeHead(status, { ...kept, 'content-length': String(content.length) }).end(content);
      return;
    }
    default:
      outgoing.destroy();
  }
}

function refuse(
  outgoing: ServerResponse,
  { status, message }: { readonly status: number; readonly message: string },
): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}

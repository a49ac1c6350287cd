import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createHolds, type Held } from './holds.ts';

/** A way to a registry over the loopback interface that a test can break. Disposing of it ends all connections. */
export interface RegistryProxy extends AsyncDisposable {
  /** `127.0.0.1:port`: images of the registry have the same names behind it. */
  readonly host: string;
  /** Method and path of every request since the last look. */
  take(): string[];
  /** Bytes of layers and configurations that it passed on so far. */
  readonly blobBytes: number;
  /** Answers under way. */
  readonly open: number;
  /** Decides about each answer that is yet to begin; `undefined`: everything passes. */
  breakWith(decide: ((request: ProxiedRequest) => Fault | undefined) | undefined): void;
  /** Keeps back the answers that match, and those that match later, until it is disposed of. */
  hold(matches: (request: ProxiedRequest) => boolean): Held;
}

export interface ProxiedRequest {
  readonly method: string;
  /** e.g. `/v2/web/blobs/sha256:…`. */
  readonly path: string;
  /** Bytes in the whole answer; 0: not known. */
  readonly length: number;
}

export interface Fault {
  /** Bytes of the answer that are passed on before. */
  readonly after: number;
  /** `reset`: the connection breaks. `stall`: it stays open, and nothing comes any more. `drip`: a byte now and then. */
  readonly end: 'reset' | 'stall' | 'drip';
}

/** Milliseconds between two bytes. */
const DRIP_INTERVAL = 20;

/** @param registry `host:port` without TLS */
export async function startRegistryProxy(registry: string): Promise<RegistryProxy> {
  const taken: string[] = [];
  let decide: ((request: ProxiedRequest) => Fault | undefined) | undefined;
  let blobBytes = 0;
  let open = 0;
  const holds = createHolds<ProxiedRequest>();
  const server = createServer((incoming, outgoing) => {
    taken.push(`${incoming.method} ${incoming.url}`);
    open++;
    outgoing.once('close', () => open--);
    forward(incoming, outgoing);
  });

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const upstream = request(`http://${registry}${path}`, { method, headers });
    upstream.on('error', () => outgoing.destroy());
    upstream.on('response', (answer) => {
      const proxied = { method, path, length: Number(answer.headers['content-length'] ?? 0) };
      holds.letPass(proxied, () => pass(answer, outgoing, proxied));
    });
    outgoing.once('close', () => upstream.destroy());
    incoming.pipe(upstream);
  }

  function pass(answer: IncomingMessage, outgoing: ServerResponse, proxied: ProxiedRequest): void {
    const { method, path } = proxied;
    const fault = decide?.(proxied);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.flushHeaders();
    let left = fault?.after ?? Infinity;
    if (left === 0) breakOff(outgoing, fault);
    answer.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, Math.min(chunk.length, left));
      if (left === 0 || part.length === 0) return;
      left -= part.length;
      if (path.includes('/blobs/') && method === 'GET') blobBytes += part.length;
      outgoing.write(part, () => {
        if (left === 0) breakOff(outgoing, fault);
      });
    });
    answer.on('end', () => {
      if (left > 0) outgoing.end();
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    host: `127.0.0.1:${port}`,
    take: () => taken.splice(0),
    get blobBytes() {
      return blobBytes;
    },
    get open() {
      return open;
    },
    breakWith(decision) {
      decide = decision;
    },
    hold: holds.hold,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function breakOff(outgoing: ServerResponse, fault: Fault | undefined): void {
  if (fault?.end === 'reset') outgoing.socket?.resetAndDestroy();
  if (fault?.end !== 'drip') return;
  const timer = setInterval(() => void outgoing.write(Buffer.of(0)), DRIP_INTERVAL);
  outgoing.once('close', () => clearInterval(timer));
}

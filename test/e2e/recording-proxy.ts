import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** An engine's socket that writes down what is asked of the engine behind it. */
export interface RecordingProxy extends AsyncDisposable {
  /** `unix:///path`. */
  readonly endpoint: string;
  /** `METHOD /path` of every request since the last look, without version and query. */
  take(): string[];
}

/** @param socketPath where the proxy listens */
export async function startRecordingProxy(endpoint: string, socketPath: string): Promise<RecordingProxy> {
  const recorded: string[] = [];
  const target = endpoint.slice('unix://'.length);
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '').replace(/^\/v1\.\d+/, '').replace(/\?.*/, '');
    recorded.push(`${incoming.method} ${path}`);
    void forward(incoming, outgoing, target);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    endpoint: `unix://${socketPath}`,
    take: () => recorded.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, socketPath: string): Promise<void> {
  const { method, url, headers } = incoming;
  const upstream = request({ socketPath, method, path: url, headers });
  outgoing.once('close', () => upstream.destroy());
  try {
    await Promise.all([pipeline(incoming, upstream), answer(upstream, outgoing)]);
  } catch {
    // One of the two went away; the other is told by the end of its connection.
    outgoing.destroy();
  }
}

async function answer(upstream: ReturnType<typeof request>, outgoing: ServerResponse): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  upstream.once('response', resolve);
  upstream.once('error', reject);
  const response = await promise;
  outgoing.writeHead(response.statusCode ?? 502, response.headers);
  outgoing.flushHeaders();
  await pipeline(response, outgoing);
}

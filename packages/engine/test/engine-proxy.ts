import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket in front of an engine's. */
export interface EngineProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** Paths that were asked for since the last look. */
  takeRequests(): string[];
}

/** Answers in the engine's place to one path, which begins with its version. */
export interface OwnAnswer {
  readonly path: RegExp;
  answer(response: ServerResponse): void;
}

/** Passes everything on to an engine but what has an answer here, and writes down what it is asked. */
export async function startEngineProxy(engineEndpoint: string, own?: OwnAnswer): Promise<EngineProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'engine-proxy-'));
  const socketPath = engineEndpoint.replace('unix://', '');
  const paths: string[] = [];
  const server = createServer((incoming, response) => {
    const { url = '/', method, headers } = incoming;
    paths.push(url);
    if (own?.path.test(url) === true) {
      own.answer(response);
      return;
    }
    const outgoing = request({ socketPath, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(join(directory, 'engine.sock'));
  await once(server, 'listening');
  return {
    endpoint: `unix://${directory}/engine.sock`,
    takeRequests: () => paths.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

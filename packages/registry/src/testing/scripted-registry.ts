import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { SecureContextOptions } from 'node:tls';

/** A server on the loopback interface with scripted answers. */
export interface ScriptedRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** By method and path without query, e.g. `GET /v2/web/manifests/1`; what is not here is answered with 404. */
  readonly answers: Record<string, ScriptedAnswer>;
  readonly requests: readonly ReceivedRequest[];
  /** Method and path of the requests since the last look. */
  take(): string[];
  /** Holds an image with one layer per size in bytes. */
  add(repository: string, tag: string, image: ScriptedImage): { readonly digest: string };
}

export type ScriptedAnswer = object | ((response: ServerResponse, request: ReceivedRequest) => void);

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedImage {
  /** Name of the content to its size in bytes, from the lowest layer to the uppermost. */
  readonly layers: Readonly<Record<string, number>>;
  readonly layerType?: string;
}

const GZIP_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** @param tls its key and certificate; without them it speaks plain HTTP */
export async function startScriptedRegistry(tls?: SecureContextOptions): Promise<ScriptedRegistry> {
  const answers: Record<string, ScriptedAnswer> = {};
  const requests: ReceivedRequest[] = [];
  let taken = 0;
  const listener: RequestListener = (message, response) => {
    void receive(message).then((request) => {
      requests.push(request);
      const answer = answers[`${request.method} ${request.path}`];
      if (typeof answer === 'function') answer(response, request);
      else if (answer === undefined) refuse(response, 404);
      else response.end(JSON.stringify(answer));
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    host: `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    answers,
    requests,
    take: () => requests.slice(taken, (taken = requests.length)).map(({ method, path }) => `${method} ${path}`),
    add(repository, tag, { layers, layerType = GZIP_LAYER }) {
      const config = { rootfs: { type: 'layers', diff_ids: Object.keys(layers).map((name) => `sha256:${name}`) } };
      const manifest = {
        schemaVersion: 2,
        config: { digest: digestOf(config), size: 1 },
        layers: Object.values(layers).map((size) => ({ mediaType: layerType, size, digest: digestOf({ size }) })),
      };
      answers[`GET /v2/${repository}/blobs/${digestOf(config)}`] = config;
      for (const version of [tag, digestOf(manifest)]) answers[`GET /v2/${repository}/manifests/${version}`] = manifest;
      return { digest: digestOf(manifest) };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The digest under which the server gives out a value as JSON. */
export function digestOf(value: object): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`;
}

export function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, headers);
  response.end();
}

async function receive(message: IncomingMessage): Promise<ReceivedRequest> {
  const url = new URL(message.url ?? '/', 'http://registry');
  return {
    method: message.method ?? '',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: message.headers,
    body: await text(message),
  };
}

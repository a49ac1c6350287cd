import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { startCloudStub } from '@device-supervisor/testbed';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  CloudAnswerInvalidError,
  CloudAnswerTooLongError,
  CloudTimeoutError,
  CloudUnreachableError,
} from '../errors.ts';
import { createCloudHttp, type CloudAnswer, type CloudHttp, type CloudHttpOptions } from './cloud-http.ts';

const stack = new AsyncDisposableStack();
const closing: (() => Promise<void>)[] = [];
const { signal } = new AbortController();

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => stack.disposeAsync());

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close').catch(() => undefined);
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

function client(endpoint: string, options: Partial<CloudHttpOptions> = {}): CloudHttp {
  return stack.use(createCloudHttp({ endpoint, userAgent: 'Supervisor/1', ...options }));
}

const get = (http: CloudHttp): Promise<CloudAnswer> =>
  http.request({ method: 'GET', path: '/x', key: 'the-key', signal });

describe('a request', () => {
  it('names the client, carries the key, and compresses its body on request', async () => {
    const bodies: unknown[] = [];
    const endpoint = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        bodies.push({ ...request.headers, body: gunzipSync(Buffer.concat(chunks)).toString(), url: request.url });
        response.end('{}');
      });
    });
    const http = client(`${endpoint}/`);
    await http.request({ method: 'PATCH', path: '/a?b=c', json: { d: 1 }, gzip: true, key: 'the-key', signal });
    expect(bodies).toMatchObject([
      {
        url: '/a?b=c',
        'user-agent': 'Supervisor/1',
        authorization: 'Bearer the-key',
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        body: '{"d":1}',
      },
    ]);
  });

  it.each([
    ['identity', (text: string) => Buffer.from(text)],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('understands an answer in %s', async (encoding, encode) => {
    const endpoint = await serve((_, response) => {
      response.writeHead(202, encoding === 'identity' ? {} : { 'content-encoding': encoding });
      response.end(encode('{"ä":1}'));
    });
    expect(await get(client(endpoint))).toMatchObject({ status: 202, body: '{"ä":1}' });
  });

  it('is given up when its signal is aborted, with the reason of that', async () => {
    await using stub = await startCloudStub();
    stub.breakWith('all', { kind: 'hang' });
    const abort = new AbortController();
    const answer = client(stub.endpoint).request({ method: 'GET', path: '/', key: null, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});

describe('a connection that the server closes as it is used again', () => {
  /** Answers the first request of each connection; `end` decides about the others. */
  async function serveOnce(end: (socket: Socket) => void) {
    const served = new WeakMap<Socket, number>();
    const requests: string[] = [];
    const endpoint = await serve((request, response) => {
      const before = served.get(request.socket) ?? 0;
      served.set(request.socket, before + 1);
      requests.push(`${request.method} ${before === 0 ? 'new' : 'reused'}`);
      if (before === 0) request.resume().on('end', () => response.end('{}'));
      else end(request.socket);
    });
    return { http: client(endpoint), requests };
  }

  const RESETS: [string, (socket: Socket) => void][] = [
    ['ends', (socket) => socket.destroy()],
    ['is reset', (socket) => socket.resetAndDestroy()],
  ];

  it.each(RESETS)('and that %s is replaced by a new one', async (_, end) => {
    const { http, requests } = await serveOnce(end);
    for (const method of ['GET', 'GET', 'GET', 'PATCH'] as const) {
      const request = { method, path: '/x', key: null, signal, ...(method === 'PATCH' ? { json: { a: 1 } } : {}) };
      expect(await http.request(request)).toMatchObject({ status: 200, body: '{}' });
    }
    // The connection of a second attempt ends with its answer.
    expect(requests).toEqual(['GET new', 'GET reused', 'GET new', 'GET new', 'PATCH reused', 'PATCH new']);
  });

  it('is never used by a POST', async () => {
    const { http, requests } = await serveOnce((socket) => socket.destroy());
    for (const method of ['GET', 'POST', 'POST', 'GET'] as const) {
      await http.request({ method, path: '/x', key: null, json: {}, signal });
    }
    expect(requests).toEqual(['GET new', 'POST new', 'POST new', 'GET reused', 'GET new']);
  });

  it('is an error when it is new, or when an answer has begun', async () => {
    const { http, requests } = await serveOnce((socket) => socket.end('HTTP/1.1 200 O'));
    await get(http);
    await expect(get(http)).rejects.toThrow(CloudUnreachableError);
    expect(requests).toEqual(['GET new', 'GET reused']);
    let attempts = 0;
    const endpoint = await serve((request) => {
      attempts++;
      request.socket.destroy();
    });
    await expect(get(client(endpoint))).rejects.toThrow(CloudUnreachableError);
    expect(attempts).toBe(1);
  });

  it('is replaced over TLS too', async () => {
    await using stub = await startCloudStub({ tls: {} });
    const http = client(stub.endpoint, { rootCertificate: stub.certificate ?? '' });
    expect((await get(http)).status).toBe(404);
    stub.breakWith('all', { kind: 'stale' });
    expect((await get(http)).status).toBe(404);
    expect(stub.count()).toBe(3);
  });
});

describe('an answer that is none', () => {
  const LIMIT = 16 * 1024 * 1024;

  it.each([
    ['hangs', { kind: 'hang' }, CloudTimeoutError],
    ['drips', { kind: 'drip' }, CloudTimeoutError],
    ['is reset', { kind: 'reset' }, CloudUnreachableError],
    ['breaks off', { kind: 'reset', afterHeaders: true }, CloudUnreachableError],
    ['is no HTTP', { kind: 'no-http' }, CloudUnreachableError],
    ['is too long', { kind: 'long', bytes: LIMIT + 1, compressed: false }, CloudAnswerTooLongError],
    ['is a bomb', { kind: 'long', bytes: 8 * LIMIT, compressed: true }, CloudAnswerTooLongError],
  ] as const)('because it %s', async (_, fault, error) => {
    await using stub = await startCloudStub();
    stub.breakWith('all', fault);
    const timeout = fault.kind === 'hang' || fault.kind === 'drip' ? 300 : 30_000;
    const failure: unknown = await get(client(stub.endpoint, { timeout: () => timeout })).catch(
      (reason: unknown) => reason,
    );
    expect(failure).toBeInstanceOf(error);
    expect(String(failure)).not.toContain('the-key');
  });

  it.each([
    ['damaged gzip', 'gzip', gzipSync('{"a":1}').fill(0, 12)],
    ['cut gzip', 'gzip', gzipSync('{"a":1}').subarray(0, -4)],
    ['damaged br', 'br', Buffer.from('{"a":1}')],
    ['an encoding that was not asked for', 'zstd', Buffer.from('{"a":1}')],
  ])('because its body is %s', async (_, encoding, bytes) => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes);
    });
    await expect(get(client(endpoint))).rejects.toThrow(CloudAnswerInvalidError);
  });

  it('because the server is down, and then it is up', async () => {
    await using stub = await startCloudStub();
    const http = client(stub.endpoint);
    expect((await get(http)).status).toBe(404);
    await stub.goAway();
    await expect(get(http)).rejects.toThrow(CloudUnreachableError);
    await stub.comeBack();
    expect((await get(http)).status).toBe(404);
  });
});

describe('over TLS', () => {
  it('trusts the authority that it is given, and those of Node.js alone without it', async () => {
    await using stub = await startCloudStub({ tls: {} });
    await expect(get(client(stub.endpoint))).rejects.toThrow(CloudUnreachableError);
    const rootCertificate = stub.certificate ?? '';
    expect((await get(client(stub.endpoint, { rootCertificate }))).status).toBe(404);
  });

  it('does not trust a certificate for another host', async () => {
    await using stub = await startCloudStub({ tls: { host: 'elsewhere.example.com' } });
    const rootCertificate = stub.certificate ?? '';
    const failure: unknown = await get(client(stub.endpoint, { rootCertificate })).catch((reason: unknown) => reason);
    expect(failure).toMatchObject({ code: 'CLOUD_UNREACHABLE', cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
  });
});

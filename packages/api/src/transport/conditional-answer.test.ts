import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createTestApi } from '../testing/test-api.ts';

interface Read {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function read(port: number, method: string, headers: Readonly<Record<string, string>> = {}): Promise<Read> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/v2/version', method, headers, agent: false }, resolve)
      .once('error', reject)
      .end();
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: (await buffer(response)).toString(),
  };
}

it('gives a read its length and a validator, and the same headers to HEAD', async () => {
  const { api } = createTestApi({ requiresKey: () => false });
  await using server = await api.listen({ port: 0, host: '127.0.0.1' });
  const get = await read(server.port, 'GET');
  const head = await read(server.port, 'HEAD');
  expect(get.headers['content-length']).toBe(String(get.body.length));
  expect(get.headers.etag).toMatch(/^W\/"[^"]+"$/);
  expect(get.headers['transfer-encoding']).toBeUndefined();
  expect([head.status, head.body]).toEqual([200, '']);
  for (const name of ['content-length', 'content-type', 'etag']) expect(head.headers[name]).toBe(get.headers[name]);
});

it.each<[string, (tag: string) => Record<string, string>, number]>([
  ['its validator', (tag) => ({ 'if-none-match': tag }), 304],
  ['the strong form of it', (tag) => ({ 'if-none-match': tag.slice(2) }), 304],
  ['one of several', (tag) => ({ 'if-none-match': `"x", ${tag}` }), 304],
  ['any', () => ({ 'if-none-match': '*' }), 304],
  ['another validator', () => ({ 'if-none-match': 'W/"x"' }), 200],
  ['its validator, and wants no cached answer', (tag) => ({ 'if-none-match': tag, 'cache-control': 'no-cache' }), 200],
])('a client that names %s', async (_, headers, status) => {
  const { api } = createTestApi({ requiresKey: () => false });
  await using server = await api.listen({ port: 0, host: '127.0.0.1' });
  const { headers: first } = await read(server.port, 'GET');
  const answer = await read(server.port, 'GET', headers(String(first.etag)));
  expect([answer.status, answer.body === '']).toEqual([status, status === 304]);
  expect(answer.headers.etag).toBe(first.etag);
});

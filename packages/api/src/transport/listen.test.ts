import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FakeDevice } from '../testing/fake-device.ts';
import { createTestApi, type TestApi } from '../testing/test-api.ts';
import type { ApiDependencies } from '../create-api.ts';
import { ListenError } from '../errors.ts';
import type { ListenOptions, Server } from './listen.ts';
import type { LogMessage, LogStream } from '../ports.ts';

const TARGET = '{"local":{"apps":{}}}';
const JSON_HEADERS = { 'content-type': 'application/json' };

async function serve(
  options: Partial<ListenOptions> = {},
  overrides: Partial<ApiDependencies> = {},
): Promise<TestApi & AsyncDisposable & { server: Server; port: number }> {
  const api = createTestApi({ requiresKey: () => false, ...overrides });
  const server = await api.api.listen({ port: 0, host: '127.0.0.1', ...options });
  return { ...api, server, port: server.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

interface ClientOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  readonly host?: string;
}

function send(port: number, path: string, { host = '127.0.0.1', ...options }: ClientOptions = {}): ClientRequest {
  return request({ port, host, path, agent: false, ...options });
}

async function ask(port: number, path: string, options: ClientOptions & { body?: string } = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return answerOf(send(port, path, rest).end(body));
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

async function answerOf(outgoing: ClientRequest): Promise<Answer> {
  const response = await responseTo(outgoing);
  return { status: response.statusCode, body: await text(response), headers: response.headers };
}

async function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
}

async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Whether the other side closes it, in order or not. */
async function isClosed(socket: Socket): Promise<boolean> {
  socket.resume();
  socket.on('error', () => undefined);
  if (!socket.closed) await once(socket, 'close');
  return socket.destroyed;
}

/** A device that takes its time to accept a target. */
class SlowDevice extends FakeDevice {
  readonly entered = Promise.withResolvers<void>();
  readonly release = Promise.withResolvers<void>();

  override async setLocalTarget(): Promise<void> {
    this.entered.resolve();
    await this.release.promise;
  }
}

function postTarget(port: number, options: ClientOptions = {}): ClientRequest {
  return send(port, '/v2/local/target-state', { method: 'POST', headers: JSON_HEADERS, ...options }).end(TARGET);
}

describe('connections', () => {
  it('are kept and used again', async () => {
    await using api = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = send(api.port, '/ping', { agent }).end();
    await answerOf(first);
    const second = send(api.port, '/v2/version', { agent }).end();
    await answerOf(second);
    expect(second.reusedSocket).toBe(true);
    agent.destroy();
  });

  it.each([
    ['bytes that are not HTTP', '\x16\x03\x01 garbage\r\n\r\n', /^HTTP\/1.1 400 /],
    ['a header without end', `GET /ping HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}`, /^HTTP\/1.1 431 /],
    [
      'a host that is none',
      'GET /ping HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 400 [^]*"status":"failed"/,
    ],
    ['HTTP/1.0 without a host', 'GET /ping HTTP/1.0\r\n\r\n', /^HTTP\/1.1 200 [^]*OK$/],
  ])('survive %s', async (_, bytes, expected) => {
    await using api = await serve();
    const socket = await openSocket(api.port);
    socket.write(bytes);
    expect(await text(socket)).toMatch(expected);
    expect((await ask(api.port, '/ping')).status).toBe(200);
    expect(api.errors).toEqual([]);
  });

  it('survive a client that leaves in the middle of its body', async () => {
    await using api = await serve();
    const outgoing = send(api.port, '/v2/local/target-state', {
      method: 'POST',
      headers: { ...JSON_HEADERS, 'content-length': '1000', expect: '100-continue' },
    });
    outgoing.flushHeaders();
    await once(outgoing, 'continue');
    outgoing.write('{"local":');
    const left = once(outgoing, 'error');
    outgoing.destroy();
    expect(await left).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
    expect((await ask(api.port, '/ping')).status).toBe(200);
    expect(api.errors).toEqual([]);
    expect(api.device.targetsSet).toEqual([]);
  });
});

describe('a body over 10 MB', () => {
  const big = Buffer.alloc(11 * 1024 * 1024, ' ');

  it.each([
    ['with a length', { 'content-length': String(big.length) }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('is a 413 %s, and the next request works', async (_, headers) => {
    await using api = await serve();
    const outgoing = send(api.port, '/v2/local/target-state', {
      method: 'POST',
      headers: { ...JSON_HEADERS, ...headers },
    });
    outgoing.write(big.subarray(0, 1024));
    outgoing.end(big.subarray(1024));
    const { status, body } = await answerOf(outgoing);
    expect(status).toBe(413);
    expect(JSON.parse(body)).toEqual({ status: 'failed', message: 'the body is larger than 10 MB' });
    expect((await ask(api.port, '/ping')).status).toBe(200);
    expect(api.errors).toEqual([]);
  });

  it('is refused before it is sent when its length says so', async () => {
    await using api = await serve();
    const outgoing = send(api.port, '/v2/local/target-state', {
      method: 'POST',
      headers: { ...JSON_HEADERS, 'content-length': String(big.length) },
    });
    outgoing.flushHeaders();
    const { status } = await answerOf(outgoing);
    expect(status).toBe(413);
    outgoing.on('error', () => undefined).destroy();
  });

  it('is a 413 also for a client that sends slowly, and reads when it has sent everything', async () => {
    await using api = await serve();
    const socket = await openSocket(api.port);
    socket.pause();
    socket.write(
      `POST /v2/local/target-state HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${big.length}\r\nConnection: close\r\n\r\n`,
    );
    for (let sent = 0; sent < big.length; sent += big.length / 11) {
      await setTimeout(100);
      socket.write(big.subarray(sent, sent + big.length / 11));
    }
    expect(await text(socket)).toMatch(/^HTTP\/1.1 413 [^]*larger than 10 MB/);
  });

  it('is not needed for a body just below', async () => {
    await using api = await serve();
    const body = TARGET.padEnd(10 * 1024 * 1024, ' ');
    const { status } = await ask(api.port, '/v2/local/target-state', { method: 'POST', headers: JSON_HEADERS, body });
    expect(status).toBe(200);
  });
});

describe('GET /v2/local/logs over HTTP', () => {
  const LINE = 'x'.repeat(16 * 1024);
  const TOTAL = 3_000;

  /** Has 48 MB of messages ready from the start, and counts those that were taken. */
  function fullLogs(): { logs: LogStream; taken: () => number } {
    let taken = 0;
    const logs: LogStream = {
      attach: () => ({
        async *[Symbol.asyncIterator](): AsyncGenerator<LogMessage> {
          while (taken < TOTAL) yield { message: LINE, timestamp: taken++ };
        },
        [Symbol.dispose]: () => undefined,
      }),
    };
    return { logs, taken: () => taken };
  }

  it('takes no more messages than a slow client reads, and loses none', async () => {
    const { logs, taken } = fullLogs();
    await using api = await serve({}, { logs });
    const response = await responseTo(send(api.port, '/v2/local/logs').end());
    // The client reads nothing for as long as another one needs for this.
    for (let round = 0; round < 100; round++) await ask(api.port, '/ping');
    // The kernel's buffers for both ends of a connection on one machine.
    expect(taken() * LINE.length).toBeLessThan(24 * 1024 * 1024);
    const lines = (await text(response)).trimEnd().split('\n');
    expect(lines.slice(1).map((line) => z.object({ timestamp: z.number() }).parse(JSON.parse(line)).timestamp)).toEqual(
      [...Array(TOTAL).keys()],
    );
  });

  it('sends the first line and each message at once', async () => {
    await using api = await serve();
    const response = await responseTo(send(api.port, '/v2/local/logs').end());
    const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
    expect(await chunks.next()).toMatchObject({ value: '{"message":"Streaming logs","isSystem":true}\n' });
    api.logs.push({ message: 'hello', timestamp: 1 });
    expect(await chunks.next()).toMatchObject({ value: '{"message":"hello","timestamp":1}\n' });
    response.destroy();
  });

  it('lets go of the messages when the client leaves', async () => {
    await using api = await serve();
    const response = await responseTo(send(api.port, '/v2/local/logs').end());
    await once(response, 'data');
    expect(api.logs.attached).toBe(1);
    response.destroy();
    await expect.poll(() => api.logs.attached).toBe(0);
    expect(api.errors).toEqual([]);
  });

  it('leaves nothing behind after many clients', async () => {
    await using api = await serve({}, { streamLimits: { perClient: 50, total: 50 } });
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => responseTo(send(api.port, '/v2/local/logs').end())),
    );
    expect(api.logs.attached).toBe(50);
    for (const response of responses) response.destroy();
    await expect.poll(() => api.logs.attached).toBe(0);
  });
});

describe('disposing of the server', () => {
  it('finishes the request in hand, closes its connection and takes no more', async () => {
    const device = new SlowDevice();
    await using api = await serve({}, { device });
    const agent = new Agent({ keepAlive: true });
    const answer = answerOf(postTarget(api.port, { agent }));
    await device.entered.promise;
    const disposed = api.server[Symbol.asyncDispose]();
    await expect(ask(api.port, '/ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    device.release.resolve();
    const { status, headers } = await answer;
    expect([status, headers.connection]).toEqual([200, 'close']);
    await disposed;
    agent.destroy();
  });

  it('closes at once connections that are idle, used before or not', async () => {
    const device = new SlowDevice();
    await using api = await serve({}, { device });
    const fresh = await openSocket(api.port);
    const used = await openSocket(api.port);
    used.write('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(used, 'data');
    const busy = answerOf(postTarget(api.port));
    await device.entered.promise;
    const disposed = api.server[Symbol.asyncDispose]();
    expect(await Promise.all([isClosed(fresh), isClosed(used)])).toEqual([true, true]);
    device.release.resolve();
    expect((await busy).status).toBe(200);
    await disposed;
  });

  it('ends streams in order, and their connections that were to be kept', async () => {
    await using api = await serve({ drainTimeout: 60_000 });
    const agent = new Agent({ keepAlive: true });
    const response = await responseTo(send(api.port, '/v2/local/logs', { agent }).end());
    expect(response.headers.connection).toBe('keep-alive');
    await api.server[Symbol.asyncDispose]();
    expect(await text(response)).toBe('{"message":"Streaming logs","isSystem":true}\n');
    expect(response.complete).toBe(true);
    expect(api.logs.attached).toBe(0);
    agent.destroy();
  });

  it('does not wait for a client that reads no stream', async () => {
    const logs: LogStream = {
      attach: () => ({
        async *[Symbol.asyncIterator](): AsyncGenerator<LogMessage> {
          for (;;) yield { message: 'x'.repeat(1024 * 1024), timestamp: 1 };
        },
        [Symbol.dispose]: () => undefined,
      }),
    };
    const api = await serve({ drainTimeout: 60_000 }, { logs });
    const response = await responseTo(send(api.port, '/v2/local/logs').end());
    for (let round = 0; round < 50; round++) await ask(api.port, '/ping');
    const broken = once(response, 'error');
    await api.server[Symbol.asyncDispose]();
    response.resume();
    expect(await broken).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
  });

  it('gives up on a request that does not end', async () => {
    const device = new SlowDevice();
    const api = await serve({ drainTimeout: 20 }, { device });
    const outgoing = postTarget(api.port);
    const failed = once(outgoing, 'error');
    await device.entered.promise;
    await api.server[Symbol.asyncDispose]();
    expect(await failed).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
    device.release.resolve();
  });

  it('can be done twice', async () => {
    const api = await serve();
    await Promise.all([api.server[Symbol.asyncDispose](), api.server[Symbol.asyncDispose]()]);
    await expect(ask(api.port, '/ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('listen', () => {
  it('shows where it listens', async () => {
    await using api = await serve();
    expect(api.server.address).toBe('127.0.0.1');
    expect(api.server.port).toBeGreaterThan(0);
  });

  it('names the port that is taken, and how to choose another', async () => {
    await using api = await serve();
    const attempt = api.api.listen({ port: api.port, host: '127.0.0.1' });
    await expect(attempt).rejects.toBeInstanceOf(ListenError);
    await expect(attempt).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: `port ${api.port} is in use`,
      details: { port: api.port, host: '127.0.0.1' },
      hint: expect.stringMatching(new RegExp(`${api.port}.*LISTEN_PORT`)),
      cause: expect.objectContaining({ code: 'EADDRINUSE' }),
    });
  });

  it('reports an address that is not ours', async () => {
    const attempt = createTestApi().api.listen({ port: 0, host: '192.0.2.1' });
    await expect(attempt).rejects.toMatchObject({ message: 'cannot listen on port 0 of 192.0.2.1' });
  });

  it.each(['0.0.0.0', '::'])('on %s takes connections at the allowed addresses alone', async (host) => {
    await using api = await serve({ host, allow: ['127.0.0.2'] });
    expect((await ask(api.port, '/ping', { host: '127.0.0.2' })).status).toBe(200);
    await expect(ask(api.port, '/ping', { host: '127.0.0.1' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

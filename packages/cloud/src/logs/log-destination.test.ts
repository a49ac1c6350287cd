import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { createGunzip } from 'node:zlib';
import type { AddressInfo } from 'node:net';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { startCloudStub } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogDestination, type CloudLogDestination } from './log-destination.ts';

const NOW = 1_795_426_728_524;

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests: IncomingMessage[];
/** The bytes of all requests so far. */
let received: string;
let clock: FakeClock;
let destination: CloudLogDestination;

async function listen(listening: Server): Promise<number> {
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address: AddressInfo | string | null = listening.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Reads everything, then confirms, as the cloud does. */
function take(request: IncomingMessage, response: ServerResponse): void {
  const plain = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
  plain.on('data', (chunk: Buffer) => (received += chunk.toString()));
  plain.on('end', () => response.writeHead(201).end());
}

beforeEach(async () => {
  [answer, requests, received] = [take, [], ''];
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  clock = createFakeClock(NOW);
  destination = at(`http://127.0.0.1:${await listen(server)}`);
});

afterEach(async () => {
  destination[Symbol.dispose]();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function at(endpoint: string): CloudLogDestination {
  return createLogDestination({ endpoint, uuid: 'd0d0', key: 'secret-key', userAgent: 'Supervisor/1', clock });
}

describe('a log stream', () => {
  it('is one compressed request whose lines arrive 100 ms after they were written, confirmed at its end', async () => {
    const stream = destination.open();
    stream.write({ message: 'hello', timestamp: 1, serviceId: 11, isStdErr: true });
    stream.write({ message: 'Supervisor starting', timestamp: 2, isSystem: true });
    clock.advance(100);
    const lines =
      '{"message":"hello","timestamp":1,"isStdErr":true,"serviceId":11}\n' +
      '{"message":"Supervisor starting","timestamp":2,"isSystem":true}\n';
    await expect.poll(() => received).toBe(lines);
    stream.write({ message: 'last', timestamp: 3 });
    await stream.close();
    expect(received).toBe(`${lines}{"message":"last","timestamp":3}\n`);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: '/device/v2/d0d0/log-stream',
      headers: {
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
        'transfer-encoding': 'chunked',
        authorization: 'Bearer secret-key',
        'user-agent': 'Supervisor/1',
      },
    });
  });

  it.each([
    [401, false],
    [400, true],
    [413, true],
    [503, false],
  ])('breaks with status %i, also before its end', async (status, isRefusal) => {
    answer = (_, response) => response.writeHead(status, { 'retry-after': '7' }).end('why');
    const stream = destination.open();
    stream.write({ message: 'hello', timestamp: 1 });
    clock.advance(100);
    const error: unknown = await stream.broken.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CLOUD_REFUSED', details: { status } });
    expect(destination.judge(error)).toEqual({ retryAfter: 7_000, isRefusal });
    await expect(stream.close()).rejects.toBe(error);
    expect(JSON.stringify(error)).not.toContain('secret-key');
  });

  it('is sent as it is after status 415', async () => {
    answer = (_, response) => response.writeHead(415).end();
    destination.judge(
      await destination
        .open()
        .close()
        .catch((reason: unknown) => reason),
    );
    answer = take;
    const stream = destination.open();
    stream.write({ message: 'plain', timestamp: 1 });
    await stream.close();
    expect(requests.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined]);
    expect(received).toBe('{"message":"plain","timestamp":1}\n');
  });

  it('is not confirmed by an answer that comes before its end', async () => {
    answer = (_, response) => response.writeHead(200).end('<html>sign in</html>');
    const stream = destination.open();
    stream.write({ message: 'hello', timestamp: 1 });
    clock.advance(100);
    await expect(stream.broken).rejects.toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
  });

  it('is not confirmed by a page that asks people to sign in', async () => {
    answer = (request, response) => {
      request.resume().on('end', () => response.writeHead(200).end('\n<html>sign in</html>'));
    };
    const stream = destination.open();
    stream.write({ message: 'hello', timestamp: 1 });
    await expect(stream.close()).rejects.toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
  });

  it('is put off to a date by the clock of the cloud', async () => {
    answer = (_, response) => {
      const date = new Date(0).toUTCString();
      response.writeHead(503, { date, 'retry-after': new Date(60_000).toUTCString() }).end();
    };
    const error: unknown = await destination
      .open()
      .close()
      .catch((reason: unknown) => reason);
    expect(destination.judge(error)).toMatchObject({ retryAfter: 60_000 });
  });

  it('breaks when the server breaks it off', async () => {
    answer = (request) => request.socket.resetAndDestroy();
    const stream = destination.open();
    stream.write({ message: 'hello', timestamp: 1 });
    clock.advance(100);
    await expect(stream.broken).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
    await expect(stream.drained()).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
    await expect(stream.close()).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
  });

  it('breaks when the server is down', async () => {
    using nowhere = at('http://127.0.0.1:1');
    await expect(nowhere.open().close()).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
  });

  it('is given up when the server never answers', async () => {
    answer = (request) => void request.resume();
    const stream = destination.open();
    const closed = stream.close();
    await expect.poll(() => requests.length).toBe(1);
    clock.advance(59_000);
    await expect(closed).rejects.toMatchObject({ code: 'CLOUD_TIMEOUT' });
  });

  it('wants no more when the server does not read, and holds little', async () => {
    answer = () => undefined;
    const stream = destination.open();
    const before = process.memoryUsage().rss;
    let written = 0;
    // Random text, so that compression does not help.
    const text = (): string => Array.from({ length: 900 }, () => Math.random().toString(36).slice(2)).join('');
    while (stream.write({ message: text(), timestamp: 1 }) && written < 10_000) written++;
    await expect.poll(() => requests.length).toBe(1);
    expect(written).toBeLessThan(100);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
    const drained = stream.drained();
    stream.destroy();
    await expect(drained).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
  });

  it('trusts the given authority, and no other', async () => {
    await using cloud = await startCloudStub({ tls: {} });
    const { uuid, key, logs } = cloud.createDevice(cloud.createFleet());
    const options = { endpoint: cloud.endpoint, uuid, key, userAgent: 'Supervisor/1', clock };
    using trusting = createLogDestination({ ...options, rootCertificate: cloud.certificate ?? '' });
    const stream = trusting.open();
    stream.write({ message: 'secret', timestamp: 1 });
    await stream.close();
    expect(logs).toMatchObject([{ message: 'secret', timestamp: 1 }]);
    using other = createLogDestination(options);
    await expect(other.open().close()).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
  });
});

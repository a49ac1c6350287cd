import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FakeLogs } from '../../testing/fake-logs.ts';
import { APP_KEY, createTestApi, GLOBAL_KEY, type TestApi } from '../../testing/test-api.ts';
import type { LogMessage, LogSubscription } from '../../ports.ts';
import { streamLogs } from './stream-logs.ts';

const message: LogMessage = { message: 'hello', timestamp: 1541508467072, serviceName: 'main', appId: 1 };
const FIRST = '{"message":"Streaming logs","isSystem":true}';

async function open(
  { request }: TestApi,
  key = GLOBAL_KEY,
): Promise<AsyncDisposable & { line(): Promise<string | null> }> {
  const response = await request('/v2/local/logs', { key });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const reader = response.body?.getReader();
  return {
    async line() {
      const chunk = await reader?.read();
      return chunk?.value === undefined ? null : Buffer.from(chunk.value).toString().trimEnd();
    },
    async [Symbol.asyncDispose]() {
      await reader?.cancel();
    },
  };
}

describe('GET /v2/local/logs', () => {
  it('begins with a line at once, and attaches before that', async () => {
    const api = createTestApi();
    await using stream = await open(api);
    expect(api.logs.attached).toBe(1);
    expect(await stream.line()).toBe(FIRST);
  });

  it('prints a message as a line, with the fields that it has', async () => {
    const api = createTestApi();
    await using stream = await open(api);
    api.logs.push(message);
    api.logs.push({ message: 'two\nlines', timestamp: 1, serviceName: 'main', isSystem: true });
    api.logs.push({ ...message, isSystem: false, isStdErr: true });
    await stream.line();
    expect(await stream.line()).toBe('{"message":"hello","timestamp":1541508467072,"serviceName":"main"}');
    expect(await stream.line()).toBe('{"message":"two\\nlines","timestamp":1,"isSystem":true}');
    expect(await stream.line()).toBe(
      '{"message":"hello","timestamp":1541508467072,"serviceName":"main","isStdErr":true}',
    );
  });

  it("shows a service's key the messages of its app alone", async () => {
    const api = createTestApi();
    await using stream = await open(api, APP_KEY);
    await stream.line();
    api.logs.push({ ...message, message: "another app's", appId: 2 });
    api.logs.push({ message: "the device's", timestamp: 1, isSystem: true });
    api.logs.push({ ...message, message: 'its own' });
    expect(await stream.line()).toContain('its own');
  });

  it('lets go of the messages when the client leaves, also while it waits for one', async () => {
    const api = createTestApi();
    const stream = await open(api);
    await stream.line();
    const waiting = stream.line();
    await stream[Symbol.asyncDispose]();
    expect(api.logs.attached).toBe(0);
    expect(await waiting).toBeNull();
  });

  it('ends when the messages end', async () => {
    const api = createTestApi();
    await using stream = await open(api);
    await stream.line();
    api.logs.end();
    expect(await stream.line()).toBeNull();
  });

  it('ends and reports it when the messages fail', async () => {
    const api = createTestApi();
    await using stream = await open(api);
    await stream.line();
    const error = new Error('the source broke');
    api.logs.fail(error);
    expect(await stream.line()).toBeNull();
    expect(api.errors).toEqual([error]);
    expect(api.logs.attached).toBe(0);
  });
});

describe('streamLogs', () => {
  it('ends after the first line when the server is about to end already', async () => {
    const logs = new FakeLogs();
    const subscription = logs.attach({ accepts: () => true });
    const stream = streamLogs(subscription, { ending: AbortSignal.abort(), onError: fail });
    expect(await new Response(stream).text()).toBe(`${FIRST}\n`);
    expect(logs.attached).toBe(0);
  });

  it('does not report what fails because the client has left', async () => {
    const waiting = Promise.withResolvers<IteratorResult<LogMessage>>();
    const subscription: LogSubscription = {
      [Symbol.asyncIterator]: () => ({ next: () => waiting.promise }),
      [Symbol.dispose]: () => waiting.reject(new Error('the connection to the engine was closed')),
    };
    const errors: unknown[] = [];
    const reader = streamLogs(subscription, { ending: undefined, onError: (error) => errors.push(error) }).getReader();
    await reader.read();
    const next = reader.read();
    await reader.cancel();
    expect(await next).toMatchObject({ done: true });
    expect(errors).toEqual([]);
  });

  it('leaves no listener behind on a server that goes on', async () => {
    const server = new AbortController();
    const logs = new FakeLogs();
    for (let count = 0; count < 20; count++) {
      const subscription = logs.attach({ accepts: () => true });
      await streamLogs(subscription, { ending: server.signal, onError: fail }).cancel();
    }
    expect(getEventListeners(server.signal, 'abort')).toEqual([]);
  });
});

function fail(error: unknown): never {
  throw error;
}

import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { EngineUnreachableError } from '../errors.ts';
import { refuse, startScriptedEngine } from '../testing/scripted-engine.ts';
import { systemClock } from '@device-supervisor/primitives/system-clock';
import { createTransport, type Transport } from './transport.ts';

const Info = z.object({ name: z.string() });

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

function connect(endpoint: string): Transport {
  return createTransport({ endpoint, clock: systemClock, callTimeout: 60_000 });
}

describe('a call', () => {
  it('sends what it is given, and decodes what comes back', async () => {
    await using engine = await startScriptedEngine({ 'POST /things/a b': { name: 'x', more: 1 } });
    await using transport = connect(engine.endpoint);
    const call = {
      method: 'POST',
      path: '/things/a%20b',
      query: { all: true, filters: { type: ['x'] } },
      body: { Name: 'ü' },
    } as const;
    expect(await transport.request(call, Info)).toEqual({ name: 'x' });
    const [request] = engine.requests;
    expect(request?.body).toBe('{"Name":"ü"}');
    expect([...(request?.query ?? [])]).toEqual([
      ['all', 'true'],
      ['filters', '{"type":["x"]}'],
    ]);
  });

  it("throws what the engine's refusal means", async () => {
    await using engine = await startScriptedEngine({
      'GET /containers/x/json': (response) => refuse(response, 404, 'No such container: x'),
    });
    await using transport = connect(engine.endpoint);
    await expect(transport.request({ method: 'GET', path: '/containers/x/json' }, Info)).rejects.toMatchObject({
      code: 'NOT_FOUND_ON_ENGINE',
    });
  });

  it('takes a status for fine that is said to be', async () => {
    await using engine = await startScriptedEngine({ 'POST /x': (response) => response.writeHead(304).end() });
    await using transport = connect(engine.endpoint);
    expect(await transport.send({ method: 'POST', path: '/x', accept: [304] })).toBe(304);
    await expect(transport.send({ method: 'POST', path: '/x' })).rejects.toMatchObject({ details: { status: 304 } });
  });

  it('says that it is no engine when the answer is not one', async () => {
    await using engine = await startScriptedEngine({ 'GET /info': '<html>router login</html>' });
    await using transport = connect(engine.endpoint);
    await expect(transport.request({ method: 'GET', path: '/info' }, Info)).rejects.toThrow(
      /the engine's answer to GET \/info is not what an engine answers/,
    );
  });

  it('uses the given endpoint, whatever the environment says', async () => {
    await using engine = await startScriptedEngine({ 'GET /info': { name: 'x' } });
    vi.stubEnv('DOCKER_HOST', 'tcp://192.0.2.1:2375');
    vi.stubEnv('DOCKER_TLS_VERIFY', '1');
    await using transport = connect(engine.endpoint);
    expect(await transport.request({ method: 'GET', path: '/info' }, Info)).toEqual({ name: 'x' });
  });
});

it('keeps a few connections open after many calls at once', async () => {
  const calls = 12;
  const connections = new Set<Socket>();
  const asked = Promise.withResolvers<void>();
  await using engine = await startScriptedEngine({
    'GET /info': (response) => {
      if (response.socket !== null) connections.add(response.socket);
      if (connections.size === calls) asked.resolve();
      void asked.promise.then(() => response.end('{"name":"x"}'));
    },
  });
  await using transport = connect(engine.endpoint);
  const call = { method: 'GET', path: '/info' } as const;
  await Promise.all(Array.from({ length: calls }, () => transport.request(call, Info)));
  await expect.poll(() => [...connections].filter(({ destroyed }) => !destroyed)).toHaveLength(4);
});

describe('an engine that does not answer', () => {
  it('is unreachable when the port is closed', async () => {
    const { endpoint, ...engine } = await startScriptedEngine();
    await engine[Symbol.asyncDispose]();
    await using transport = connect(endpoint);
    const error = await transport.send({ method: 'GET', path: '/_ping' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineUnreachableError);
    expect(error).toMatchObject({ details: { endpoint }, cause: { code: 'ENOENT' } });
  });

  it('is unreachable on TCP too', async () => {
    await using transport = connect('tcp://127.0.0.1:1');
    await expect(transport.send({ method: 'GET', path: '/_ping' })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it.each([
    ['before', (response: { destroy(): void }) => response.destroy()],
    [
      'within',
      (response: { write(text: string, done: () => void): void; destroy(): void }) =>
        response.write('{"name":', () => response.destroy()),
    ],
  ])('is unreachable when the connection breaks %s the answer', async (_, answer) => {
    await using engine = await startScriptedEngine({ 'GET /info': answer });
    await using transport = connect(engine.endpoint);
    await expect(transport.request({ method: 'GET', path: '/info' }, Info)).rejects.toBeInstanceOf(
      EngineUnreachableError,
    );
  });

  it.each([
    ['does not begin', () => undefined],
    ['does not end', (response: { write(text: string): void }) => response.write('{"name":')],
  ])('is unreachable when an answer %s in time', async (_, answer) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = Promise.withResolvers<void>();
    await using engine = await startScriptedEngine({
      'GET /info': (response) => {
        answer(response);
        asked.resolve();
      },
    });
    await using transport = connect(engine.endpoint);
    const answered = transport.request({ method: 'GET', path: '/info' }, Info).catch((error: unknown) => error);
    await asked.promise;
    vi.advanceTimersByTime(59_999);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    const error = await answered;
    expect(error).toBeInstanceOf(EngineUnreachableError);
    expect(error).toMatchObject({ message: expect.stringContaining('no answer to GET /info within 60 s') });
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using engine = await startScriptedEngine();
    await using transport = connect(engine.endpoint);
    await transport.send({ method: 'GET', path: '/_ping' });
    await transport.send({ method: 'GET', path: '/nothing' }).catch(() => undefined);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a stream', () => {
  it('ends with the reason for which it was aborted, and closes the connection', async () => {
    const closed = Promise.withResolvers<void>();
    await using engine = await startScriptedEngine({
      'GET /stream': (response) => {
        response.on('close', () => closed.resolve());
        response.write('first');
      },
    });
    await using transport = connect(engine.endpoint);
    const controller = new AbortController();
    const { chunks } = await transport.open({ method: 'GET', path: '/stream', signal: controller.signal });
    const reason = new Error('enough');
    const reading = (async () => {
      for await (const _ of chunks) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    await closed.promise;
  });

  it('closes the connection when its reader leaves', async () => {
    const closed = Promise.withResolvers<void>();
    await using engine = await startScriptedEngine({
      'GET /stream': (response) => {
        response.on('close', () => closed.resolve());
        response.write('first');
      },
    });
    await using transport = connect(engine.endpoint);
    const { chunks } = await transport.open({ method: 'GET', path: '/stream' });
    for await (const chunk of chunks) {
      expect(Buffer.from(chunk).toString()).toBe('first');
      break;
    }
    await closed.promise;
  });

  it('has no limit once it has begun', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using engine = await startScriptedEngine({ 'GET /stream': (response) => response.flushHeaders() });
    await using transport = connect(engine.endpoint);
    await transport.open({ method: 'GET', path: '/stream' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('breaks when the transport is closed, and later calls fail', async () => {
    await using engine = await startScriptedEngine({ 'GET /stream': (response) => response.flushHeaders() });
    const transport = connect(engine.endpoint);
    const { chunks } = await transport.open({ method: 'GET', path: '/stream' });
    const reading = Array.fromAsync(chunks);
    await transport[Symbol.asyncDispose]();
    await expect(reading).rejects.toThrow('the connection was closed');
    await expect(transport.send({ method: 'GET', path: '/_ping' })).rejects.toThrow('the connection was closed');
  });
});

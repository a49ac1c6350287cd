import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent } from '@device-supervisor/device';
import { createEngine, EngineUnreachableError, type Engine } from '../index.ts';
import { startScriptedEngine, type ScriptedEngine } from '../testing/scripted-engine.ts';

let scripted: ScriptedEngine;
let engine: Engine;
let listening: AbortController;

beforeEach(async () => {
  scripted = await startScriptedEngine();
  engine = createEngine({ endpoint: scripted.endpoint });
  listening = new AbortController();
});

afterEach(async () => {
  listening.abort();
  await engine[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

function listen(): AsyncIterator<EngineEvent> {
  return engine.events(listening.signal)[Symbol.asyncIterator]();
}

const event = (Type: string, Action: string, ID: string): object => ({ Type, Action, Actor: { ID, Attributes: {} } });

describe('events', () => {
  it('asks for changes since before it subscribed', async () => {
    scripted.answers['GET /_ping'] = (response) =>
      response.setHeader('date', 'Mon, 23 Nov 2026 20:05:39 GMT').end('OK');
    await listen().next();
    const request = scripted.requests.find(({ path }) => path === '/events');
    expect(request?.query.get('since')).toBe(String(Date.UTC(2026, 10, 23, 20, 5, 39) / 1000));
    expect(JSON.parse(request?.query.get('filters') ?? '')).toEqual({
      type: ['container', 'image', 'network', 'volume'],
    });
  });

  it('tells what changed, and not what did not', async () => {
    const events = listen();
    expect(await events.next()).toEqual({ value: { kind: 'connected' }, done: false });
    await scripted.emit(event('container', 'exec_create: test -e /healthy', 'c'));
    await scripted.emit(event('volume', 'mount', 'v'));
    await scripted.emit(event('daemon', 'reload', 'd'));
    await scripted.emit(event('container', 'health_status: healthy', 'c'));
    await scripted.emit(event('network', 'connect', 'n'));
    expect(await events.next()).toMatchObject({
      value: { kind: 'container', action: 'health_status: healthy', id: 'c' },
    });
    expect(await events.next()).toMatchObject({ value: { kind: 'network', action: 'connect', id: 'n' } });
  });

  it('opens one stream for all', async () => {
    const [first, second] = [listen(), listen()];
    await Promise.all([first.next(), second.next()]);
    await scripted.emit(event('image', 'tag', 'i'));
    expect(await first.next()).toEqual(await second.next());
    expect(scripted.takeRequests()).toEqual(['GET /_ping', 'GET /events']);
  });

  it('throws when the stream breaks, and connects again for the next listener', async () => {
    const events = listen();
    await events.next();
    scripted.breakEvents();
    await expect(events.next()).rejects.toBeInstanceOf(EngineUnreachableError);
    expect(await listen().next()).toMatchObject({ value: { kind: 'connected' } });
    expect(scripted.takeRequests().filter((request) => request === 'GET /events')).toHaveLength(2);
  });

  it('throws when the stream ends', async () => {
    scripted.answers['GET /events'] = (response) => response.end();
    const events = listen();
    await events.next();
    await expect(events.next()).rejects.toThrow('its stream of events ended');
  });

  it('throws when the endpoint is closed', async () => {
    await scripted[Symbol.asyncDispose]();
    await expect(listen().next()).rejects.toBeInstanceOf(EngineUnreachableError);
  });

  it('ends when it is aborted, also before it is connected', async () => {
    scripted.answers['GET /events'] = () => undefined;
    const next = listen().next();
    listening.abort();
    expect(await next).toEqual({ value: undefined, done: true });
  });

  it('gives a listener that lags behind `missed` instead of more than it can take', async () => {
    const slow = listen();
    const fast = listen();
    await Promise.all([slow.next(), fast.next()]);
    for (let index = 0; index < 1000; index++) {
      await scripted.emit(event('image', 'tag', String(index)));
      await fast.next();
    }
    await scripted.emit(event('image', 'tag', 'last'));
    await fast.next();
    expect(await slow.next()).toEqual({ value: { kind: 'missed' }, done: false });
    await scripted.emit(event('image', 'tag', 'after'));
    expect(await slow.next()).toMatchObject({ value: { id: 'after' } });
  });

  it('is over when the engine is disposed of', async () => {
    const events = listen();
    await events.next();
    await engine[Symbol.asyncDispose]();
    await expect(events.next()).rejects.toThrow('the connection was closed');
  });
});

import { describe, expect, it } from 'vitest';
import { APP_KEY, createTestApi, GLOBAL_KEY, type TestApi } from '../testing/test-api.ts';
import type { DeviceEvent } from '@device-supervisor/device';

interface SentEvent {
  readonly id?: string;
  readonly event: string;
  readonly data?: unknown;
}

/** Reads server-sent events, without the signs of life. */
async function open({ request }: TestApi, { key = GLOBAL_KEY, lastEventId = '' } = {}) {
  const response = await request('/v3/events', {
    key,
    headers: lastEventId === '' ? {} : { 'last-event-id': lastEventId },
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body?.getReader();
  const next = async (): Promise<SentEvent | null> => {
    const chunk = await reader?.read();
    if (chunk?.value === undefined) return null;
    const text = Buffer.from(chunk.value).toString();
    if (text.startsWith(':')) return next();
    const fields = new Map(
      text
        .trim()
        .split('\n')
        .map((line) => [line.replace(/: .*$/s, ''), line.replace(/^\w+: /, '')]),
    );
    const data: unknown = JSON.parse(fields.get('data') ?? 'null');
    const id = fields.get('id');
    return { ...(id === undefined ? {} : { id }), event: fields.get('event') ?? '', data };
  };
  return { next, close: async () => reader?.cancel() };
}

function started(name: string, appId: number | null = 1): DeviceEvent {
  return {
    type: 'operation-started',
    operation: {
      kind: 'remove-volume',
      id: `remove-volume ${name}`,
      dependsOn: [],
      cause: 'unused',
      appId,
      service: null,
      name,
    },
  };
}

function pull(type: 'operation-progress' | 'operation-finished', percent: number): DeviceEvent {
  const operation = {
    kind: 'pull-image',
    id: 'pull-image a',
    dependsOn: [],
    cause: 'missing',
    appId: 1,
    service: 'a',
    reference: 'a',
    deltaSource: null,
  } as const;
  return type === 'operation-progress'
    ? { type, operation, progress: { percent, receivedBytes: percent * 10, totalBytes: 1000 } }
    : { type, operation, result: { status: 'failed', error: new Error('no route to host') }, retryIn: 500 };
}

describe('GET /v3/events', () => {
  it('sends what happens from now on, numbered, and without what holds secrets', async () => {
    const api = createTestApi();
    api.device.emit(started('before'));
    const stream = await open(api);
    api.device.emit(started('data'));
    api.device.emit(pull('operation-finished', 0));
    expect(await stream.next()).toEqual({
      id: expect.stringMatching(/^[a-z0-9]+-2$/),
      event: 'operation-started',
      data: {
        time: expect.any(Number),
        id: 'remove-volume data',
        kind: 'remove-volume',
        appId: 1,
        service: null,
        cause: 'unused',
      },
    });
    expect(await stream.next()).toMatchObject({
      event: 'operation-finished',
      data: { result: 'failed', error: { message: 'no route to host' }, retryIn: 500 },
    });
    await stream.close();
  });

  it('goes on where a client left off', async () => {
    const api = createTestApi();
    const first = await open(api);
    api.device.emit(started('one'));
    const seen = await first.next();
    await first.close();
    api.device.emit(started('two'));
    const again = await open(api, { lastEventId: seen?.id ?? '' });
    expect(await again.next()).toMatchObject({ data: { id: 'remove-volume two' } });
  });

  it.each([
    ['from another run of the supervisor', 'otherrun-7'],
    ['that was never given', 'SAME-999'],
  ])('says that events are lost to a client with an id %s, and goes on with what is left', async (_, id) => {
    const api = createTestApi();
    const probe = await open(api);
    api.device.emit(started('one'));
    const run = (await probe.next())?.id?.split('-')[0] ?? '';
    const stream = await open(api, { lastEventId: id.replace('SAME', run) });
    expect(await stream.next()).toMatchObject({ event: 'gap', data: { missed: null } });
    expect(await stream.next()).toMatchObject({ data: { id: 'remove-volume one' } });
  });

  it('takes an id that is none of ours for no id', async () => {
    const api = createTestApi();
    api.device.emit(started('one'));
    const stream = await open(api, { lastEventId: '<script>' });
    api.device.emit(started('two'));
    expect(await stream.next()).toMatchObject({ data: { id: 'remove-volume two' } });
  });

  it('drops a client that falls too far behind, and lets it come back', async () => {
    const api = createTestApi();
    const slow = await open(api);
    api.device.emit(started('first'));
    const seen = await slow.next();
    for (let count = 0; count < 1200; count++) api.device.emit(started(String(count)));
    const received: (SentEvent | null)[] = [];
    for (let event = await slow.next(); event !== null; event = await slow.next()) received.push(event);
    const gap = received.at(-1);
    expect(gap).toMatchObject({ event: 'gap', data: { missed: expect.any(Number) } });
    expect(received.length).toBeLessThan(5);
    expect(api.device.listeners).toBe(1);
    // With the id of the gap it misses nothing more; with its own it gets the gap again.
    const again = await open(api, { lastEventId: gap?.id ?? '' });
    expect((await again.next())?.event).toBe('gap');
    const informed = await open(api, { lastEventId: seen?.id ?? '' });
    expect(await informed.next()).toMatchObject({ event: 'gap', data: { missed: 700 } });
    expect(await informed.next()).toMatchObject({ data: { id: 'remove-volume 700' } });
  });

  it('sends of progress and state only the latest to a slow client, and nothing of what has ended', async () => {
    const api = createTestApi();
    const stream = await open(api);
    for (let percent = 0; percent <= 50; percent++) {
      api.device.emit(pull('operation-progress', percent));
      api.device.emit({ type: 'state-changed' });
    }
    const first = await stream.next();
    expect(first).toEqual({
      event: 'operation-progress',
      data: expect.objectContaining({ percent: 50, receivedBytes: 500 }),
    });
    expect(await stream.next()).toEqual({ event: 'state-changed', data: { time: expect.any(Number) } });
    api.device.emit(pull('operation-progress', 60));
    api.device.emit(pull('operation-finished', 0));
    expect((await stream.next())?.event).toBe('operation-finished');
    await stream.close();
  });

  it('shows a service only what is about its app, or about none and harmless', async () => {
    const api = createTestApi();
    const stream = await open(api, { key: APP_KEY });
    api.device.emit(started('other', 2));
    api.device.emit(started('nobody', null));
    api.device.emit({ type: 'fault', error: new Error('about app 2') });
    api.device.emit({ type: 'settled', changed: true });
    api.device.emit(started('own', 1));
    expect((await stream.next())?.event).toBe('settled');
    expect(await stream.next()).toMatchObject({ data: { id: 'remove-volume own' } });
  });

  it('lets go of the device when it is disposed of, and ends with the server', async () => {
    const { api, device } = createTestApi();
    {
      await using server = await api.listen({ port: 0, host: '127.0.0.1' });
      const response = await fetch(`http://127.0.0.1:${server.port}/v3/events?apikey=${GLOBAL_KEY}`);
      const text = response.text();
      await server[Symbol.asyncDispose]();
      expect(await text).toBe(': device-supervisor\n\n');
    }
    api[Symbol.dispose]();
    expect(device.listeners).toBe(0);
  });
});

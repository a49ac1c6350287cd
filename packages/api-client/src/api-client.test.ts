import { createTestApi, GLOBAL_KEY, OTHER_KEY, APP_KEY, type TestApi } from '@device-supervisor/api/testing';
import { createFakeClock } from '@device-supervisor/primitives/testing';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createApiClient, type ApiClient, type ApiClientOptions } from './create-api-client.ts';
import { dataOf } from './data-of.ts';
import type { ConnectionNews } from './follow.ts';

async function connect(options: Partial<ApiClientOptions> = {}) {
  const device = createTestApi();
  const server = await device.api.listen({ port: 0, host: '127.0.0.1' });
  const clock = createFakeClock();
  const address = `http://127.0.0.1:${server.port}/`;
  const client = createApiClient({ address, key: () => GLOBAL_KEY, clock, ...options });
  return {
    ...device,
    client,
    clock,
    server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe('requests', () => {
  it('answer what the document says', async () => {
    await using device = await connect();
    const { apps } = await dataOf(device.client.http.GET('/v3/state'));
    expect(apps.flatMap(({ services }) => services.map(({ name, status }) => `${name} ${status}`))).toEqual([
      'main Running',
      'worker Downloading',
      'main Running',
    ]);
    const answer = device.client.http.POST('/v2/applications/{appId}/restart-service', {
      params: { path: { appId: '1' } },
      body: { serviceName: 'main', force: true },
      parseAs: 'text',
    });
    expect(await dataOf(answer)).toBe('OK');
    expect(device.device.actions).toEqual(['restartService 1 main force']);
  });

  it('say why they were refused', async () => {
    let key: string | undefined;
    await using device = await connect({ key: () => key });
    const ask = () =>
      device.client.http.POST('/v2/applications/{appId}/restart', { params: { path: { appId: '1' } }, body: {} });
    await expect(ask()).rejects.toMatchObject({
      code: 'API_REQUEST_FAILED',
      message: 'POST /v2/applications/1/restart: 401 Unauthorized',
      details: { status: 401 },
      hint: expect.stringContaining('key'),
    });
    // The next request uses the key that is there then.
    key = OTHER_KEY;
    await expect(ask()).rejects.toMatchObject({
      details: { status: 401 },
      message: expect.stringContaining('restart: 401'),
    });
    key = APP_KEY;
    device.device.failure = new Error('about secrets');
    await expect(ask()).rejects.toMatchObject({ details: { status: 503 } });
  });

  it('do not show a key that cannot be sent', async () => {
    await using device = await connect({ key: () => 'first-line\nsecond-line' });
    const error = await device.client.http.GET('/v3/state').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'API_KEY_INVALID' });
    expect(inspect(error)).not.toContain('-line');
    await expect(listen(device.client).next()).rejects.toMatchObject({ code: 'API_KEY_INVALID' });
  });

  it('say that the device cannot be reached, and why', async () => {
    const device = await connect();
    await device.server[Symbol.asyncDispose]();
    await expect(device.client.http.GET('/v3/state')).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringMatching(/^GET \/v3\/state: .*ECONNREFUSED/),
    });
  });
});

describe('events', () => {
  it('go on where they were after the connection was lost', async () => {
    await using device = await connect();
    const stream = listen(device.client);
    await stream.connected();
    notice(device, 'first');
    expect(await stream.next()).toMatchObject({ event: 'notice', data: { field: 'first' } });
    // A stream that is not read notices nothing.
    const next = stream.next();
    const { port } = device.server;
    await device.server[Symbol.asyncDispose]();
    const lost = await stream.lost();
    expect(lost).toMatchObject({ connected: false, retryIn: 500 });
    notice(device, 'meanwhile');
    await using _again = await device.api.listen({ port, host: '127.0.0.1' });
    device.clock.advance(500);
    await stream.connected();
    expect(await next).toMatchObject({ data: { field: 'meanwhile' } });
    notice(device, 'then');
    expect(await stream.next()).toMatchObject({ data: { field: 'then' } });
    await stream.end();
  });

  it('that are kept are answered, and no more', async () => {
    await using device = await connect();
    for (const field of ['first', 'second']) notice(device, field);
    const kept = await Array.fromAsync(device.client.keptEvents());
    expect(kept).toMatchObject([{ data: { field: 'first' } }, { data: { field: 'second' } }]);
  });

  it('begin after the event that the caller has', async () => {
    await using device = await connect();
    const stream = listen(device.client);
    await stream.connected();
    for (const field of ['first', 'second']) notice(device, field);
    const first = await stream.next();
    await stream.end();
    const again = listen(device.client, first?.id);
    expect(await again.next()).toMatchObject({ data: { field: 'second' } });
    await again.end();
  });

  it('count a silent connection as lost', async () => {
    await using device = await connect();
    const stream = listen(device.client);
    await stream.connected();
    device.clock.advance(60_000);
    expect(await stream.lost()).toMatchObject({ error: new Error('no sign of life for 60 s') });
    await stream.end();
  });

  it('end with the refusal of a key', async () => {
    await using device = await connect({ key: () => 'wrong' });
    await expect(listen(device.client).next()).rejects.toMatchObject({ details: { status: 401 } });
  });

  it('leave no connection behind when the caller stops, nor a timer', async () => {
    await using device = await connect();
    const stream = listen(device.client);
    await stream.connected();
    notice(device, 'only');
    await stream.next();
    await stream.end();
    expect(device.clock.pending).toBe(0);
  });
});

describe('logs', () => {
  it('are the lines as they come, without the greeting', async () => {
    await using device = await connect();
    const opened = Promise.withResolvers<void>();
    const lines = device.client.logs({ onConnection: () => opened.resolve() })[Symbol.asyncIterator]();
    const first = lines.next();
    await opened.promise;
    await expect.poll(() => device.logs.attached).toBe(1);
    for (const message of ['hällo', 'there']) {
      device.logs.push({ message, timestamp: 5, appId: 1, serviceName: 'main', isStdErr: false, isSystem: false });
    }
    expect(await first).toMatchObject({ value: { message: 'hällo', serviceName: 'main' } });
    expect(await lines.next()).toMatchObject({ value: { message: 'there' } });
    await lines.return?.();
    await expect.poll(() => device.logs.attached).toBe(0);
  });
});

function listen(client: ApiClient, lastEventId?: string) {
  const news: ConnectionNews[] = [];
  const stop = new AbortController();
  const followed = client.events({
    signal: stop.signal,
    onConnection: (one) => news.push(one),
    ...(lastEventId === undefined ? {} : { lastEventId }),
  });
  const events = followed[Symbol.asyncIterator]();
  let pending: ReturnType<typeof events.next> | null = events.next();
  const latest = async (connected: boolean) => {
    await expect.poll(() => news.at(-1)?.connected).toBe(connected);
    return news.at(-1);
  };
  return {
    connected: () => latest(true),
    lost: () => latest(false),
    async next() {
      const answer = pending ?? events.next();
      pending = null;
      const { value, done } = await answer;
      pending = null;
      return done === true ? undefined : value;
    },
    async end() {
      stop.abort();
      for (let last = await (pending ?? events.next()); last.done !== true;) last = await events.next();
    },
  };
}

function notice({ device }: Pick<TestApi, 'device'>, field: string): void {
  device.emit({ type: 'notice', notice: { appId: 1, service: 'main', field, reason: 'unknown' } });
}

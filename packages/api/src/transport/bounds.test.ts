import { describe, expect, it } from 'vitest';
import { APP_KEY, createTestApi, GLOBAL_KEY } from '../testing/test-api.ts';
import { createIntake } from './intake.ts';

const HEADERS = { 'content-type': 'application/json' };

/** A body that stays open after what it has sent. */
function held(bytes: number): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) return;
      sent = true;
      controller.enqueue(new Uint8Array(bytes).fill(0x20));
    },
  });
}

describe('the bodies of all requests together', () => {
  it('take a bounded amount of memory: others are asked to come again', async () => {
    const { request } = createTestApi({ requiresKey: () => false });
    const upload = () => request('/v2/local/target-state', { method: 'POST', headers: HEADERS, body: held(9e6) });
    const answers = Array.from({ length: 5 }, upload);
    const answer = await Promise.race(answers);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5']);
    expect((await request('/ping')).status).toBe(200);
  });

  it('give their memory back, also when they are refused', async () => {
    const { request } = createTestApi({ requiresKey: () => false });
    for (let round = 0; round < 10; round++) {
      const body = `{"local":{"apps":${round % 2 === 0 ? '{}' : '5'}}}`.padEnd(9_000_000, ' ');
      const { status } = await request('/v2/local/target-state', { method: 'POST', headers: HEADERS, body });
      expect(status).toBe(round % 2 === 0 ? 200 : 400);
    }
  });

  it('are decoded one at a time when they are large', async () => {
    const intake = createIntake();
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      using upload = intake.open();
      upload.add(5e6);
      await upload.inTurn(
        () => undefined,
        async () => {
          most = Math.max(most, ++running);
          await Promise.resolve();
          running--;
        },
      );
    };
    await Promise.all([work(), work()]);
    expect(most).toBe(1);
  });

  it('leave room for small ones, which have their own', async () => {
    const { request } = createTestApi({ requiresKey: () => false });
    const large = request('/v2/local/target-state', { method: 'POST', headers: HEADERS, body: held(10e6) });
    const small = Array.from({ length: 15 }, () =>
      request('/v2/local/target-state', { method: 'POST', headers: HEADERS, body: held(200e3) }),
    );
    const body = JSON.stringify({ local: { apps: {} } });
    const options = { method: 'POST', headers: HEADERS, body } as const;
    expect((await request('/v2/local/target-state', options)).status).toBe(200);
    const others = Array.from({ length: 10 }, () =>
      request('/v2/local/target-state', { method: 'POST', headers: HEADERS, body: held(200e3) }),
    );
    expect((await Promise.race([large, ...small, ...others])).status).toBe(429);
  });
});

describe('a body', () => {
  it('of more than 256 KB is for targets alone', async () => {
    const { request } = createTestApi();
    const body = JSON.stringify({ appId: 1 }).padEnd(300 * 1024, ' ');
    const options = { method: 'POST', key: GLOBAL_KEY, headers: HEADERS, body };
    expect((await request('/v1/restart', options)).status).toBe(413);
    const target = JSON.stringify({ local: { apps: {} } }).padEnd(300 * 1024, ' ');
    expect((await request('/v2/local/target-state', { ...options, body: target })).status).toBe(200);
  });

  it.each([
    ['lists', '['.repeat(5_000_000)],
    ['objects', '{"a":'.repeat(1_000_000)],
    ['whole lists', `{"local":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('of levels without end is a 400: %s', async (_, body) => {
    const { request, errors } = createTestApi();
    const answer = await request('/v2/local/target-state', { method: 'POST', key: GLOBAL_KEY, headers: HEADERS, body });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('must not be nested')]);
    expect(errors).toEqual([]);
  });

  it.each([
    ['objects', `{"a":[${'{},'.repeat(1_000_000)}1]}`],
    ['numbers', `{"a":[${'0,'.repeat(4_000_000)}0]}`],
  ])('of values without end is a 400: %s', async (_, body) => {
    const { request, errors } = createTestApi();
    const answer = await request('/v2/local/target-state', { method: 'POST', key: GLOBAL_KEY, headers: HEADERS, body });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('more than 100000 values')]);
    expect(errors).toEqual([]);
  });

  it('may hold brackets in its text', async () => {
    const body = JSON.stringify({ local: { apps: {}, name: `\\"${'['.repeat(900)}` } });
    const { request } = createTestApi();
    const answer = await request('/v2/local/target-state', { method: 'POST', key: GLOBAL_KEY, headers: HEADERS, body });
    expect(answer.status).toBe(200);
  });
});

describe('streams', () => {
  const openStream = ({ request }: ReturnType<typeof createTestApi>, key: string) => request('/v3/events', { key });

  it('are limited for each client and in all, and their end makes room', async () => {
    const api = createTestApi({ streamLimits: { perClient: 2, total: 3 } });
    const first = await openStream(api, GLOBAL_KEY);
    await openStream(api, GLOBAL_KEY);
    expect((await openStream(api, GLOBAL_KEY)).status).toBe(429);
    expect((await openStream(api, APP_KEY)).status).toBe(200);
    expect((await openStream(api, APP_KEY)).status).toBe(429);
    await first.body?.cancel();
    expect((await openStream(api, APP_KEY)).status).toBe(200);
  });

  it('end when their key is replaced', async () => {
    const api = createTestApi();
    const reader = (await openStream(api, APP_KEY)).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await api.request('/v1/regenerate-api-key', { method: 'POST', key: APP_KEY });
    expect((await reader?.read())?.done).toBe(true);
  });

  it('that came and went do not disturb the end of the server', async () => {
    const { api } = createTestApi({ requiresKey: () => false });
    const ending = new AbortController();
    for (const path of ['/v3/events', '/v2/local/logs', '/v3/events']) {
      const answer = await api.fetch(new Request(`http://localhost${path}`), { ending: ending.signal });
      await answer.body?.cancel();
    }
    const open = await api.fetch(new Request('http://localhost/v3/events'), { ending: ending.signal });
    const reader = open.body?.getReader();
    await reader?.read();
    ending.abort();
    expect((await reader?.read())?.done).toBe(true);
  });
});

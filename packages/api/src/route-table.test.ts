import { describe, expect, it } from 'vitest';
import { APP_KEY, createTestApi, GLOBAL_KEY } from '../test/test-api.ts';
import { FakeDevice } from '../test/fake-device.ts';
import { FakeLogs } from '../test/fake-logs.ts';
import { routeTable } from './routes/route-table.ts';

const routes = routeTable({
  device: new FakeDevice(),
  logs: new FakeLogs(),
  version: '17.0.0',
  onError: () => undefined,
});

/** A path that a request could have. */
function example(path: string): string {
  return path.replace(':appId', '1');
}

/** What the route needs to succeed. */
function bodyOf(method: string): { body?: unknown } {
  return method === 'GET' ? {} : { body: { local: { apps: {} } } };
}

describe('the route table', () => {
  it('opens to each key what is written here, and nothing else', () => {
    expect(routes.map(({ method, path, scope }) => `${method} ${path}: ${scope}`).toSorted()).toEqual([
      'GET /ping: none',
      'GET /v1/healthy: none',
      'GET /v2/applications/:appId/state: app',
      'GET /v2/applications/state: app',
      'GET /v2/containerId: app',
      'GET /v2/local/device-info: any-key',
      'GET /v2/local/logs: app',
      'GET /v2/local/target-state: app',
      'GET /v2/state/status: app',
      'GET /v2/version: any-key',
      'POST /v2/local/target-state: global',
    ]);
  });

  it('names each route once, and says what it does', () => {
    const names = routes.map(({ method, path }) => `${method} ${path.toLowerCase()}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { summary } of routes) expect(summary).toMatch(/^[A-Z].*[^.]$/);
  });
});

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  const { method, scope } = route;
  const path = example(route.path);

  it('answers the global key', async () => {
    const response = await createTestApi().request(path, { method, key: GLOBAL_KEY, ...bodyOf(method) });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it.each([
    ['no key', {}],
    ['an unknown key', { key: 'wrong' }],
    ['an empty key', { headers: { authorization: 'Bearer ' } }],
    ['another scheme', { headers: { authorization: `Basic ${GLOBAL_KEY}` } }],
  ])(`answers ${scope === 'none' ? '' : '401 to '}%s`, async (_name, credentials) => {
    const { request, device } = createTestApi();
    const response = await request(path, { method, ...bodyOf(method), ...credentials });
    expect([response.status, await response.text()]).toEqual(scope === 'none' ? [200, 'OK'] : [401, 'Unauthorized']);
    expect(device.targetsSet).toEqual([]);
  });

  it(`${scope === 'global' ? 'is closed to' : 'answers'} a service's key`, async () => {
    const response = await createTestApi().request(path, { method, key: APP_KEY, ...bodyOf(method) });
    expect(response.status).toBe(scope === 'global' ? 401 : 200);
    await response.body?.cancel();
  });

  it('asks for no key when none is required', async () => {
    const response = await createTestApi({ requiresKey: () => false }).request(path, { method, ...bodyOf(method) });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it.each([
    ['in capitals', path.toUpperCase()],
    ['with a trailing slash', `${path}/`],
    ['with a query', `${path}?x=1`],
  ])('is found %s', async (_name, spelling) => {
    const response = await createTestApi().request(spelling, { method, key: GLOBAL_KEY, ...bodyOf(method) });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it('answers another method with 405 and those that work', async () => {
    const response = await createTestApi().request(path, { method: 'DELETE', key: GLOBAL_KEY });
    expect(response.status).toBe(405);
    const allowed = response.headers.get('allow')?.split(', ');
    expect(allowed).toContain(method);
    expect(await response.json()).toMatchObject({ status: 'failed', message: expect.stringContaining('DELETE') });
  });

  it('does not tell those without a key which methods work', async () => {
    const response = await createTestApi().request(path, { method: 'DELETE' });
    expect(response.status).toBe(401);
    expect(response.headers.get('allow')).toBeNull();
  });
});

const readable = routes.filter(({ method }) => method === 'GET').map(({ path }) => example(path));

describe.each(readable)('HEAD %s', (path) => {
  it('answers with the headers of GET, no body, and leaves nothing open', async () => {
    const { request, logs } = createTestApi();
    const get = await request(path, { key: GLOBAL_KEY });
    await get.body?.cancel();
    const head = await request(path, { method: 'HEAD', key: GLOBAL_KEY });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(head.body).toBeNull();
    expect(logs.attached).toBe(0);
  });
});

describe('a path that does not exist', () => {
  it.each(['/', '/v2', '/v3/nothing', '/v2/local', '/v2/applications/1/state/more', '/v2//version', '/%E0%A4%A'])(
    '%s is a 404 for keys, a 401 without',
    async (path) => {
      const { request } = createTestApi();
      const found = await request(path, { key: GLOBAL_KEY });
      expect(found.status).toBe(404);
      expect(await found.json()).toMatchObject({ status: 'failed' });
      const denied = await request(path);
      expect([denied.status, await denied.text()]).toEqual([401, 'Unauthorized']);
    },
  );
});

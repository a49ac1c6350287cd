import { beforeAll, describe, expect, it } from 'vitest';
import { createFakeWorld, type FakeWorld } from '../test/conformance/fake-world.ts';
import { answersAs } from '../test/conformance/answers-as.ts';
import { conformanceRows } from '../test/conformance/table.ts';
import { createTestApi, GLOBAL_KEY } from './testing/test-api.ts';

const { api } = createTestApi();
const { routes } = api;

describe('the route table', () => {
  it('opens to each key what is written here, and nothing else', () => {
    const byScope = Map.groupBy(routes, ({ scope }) => scope);
    const names = (scope: (typeof routes)[number]['scope']) =>
      (byScope.get(scope) ?? []).map(({ method, path }) => `${method} ${path}`).toSorted();
    expect([...byScope.keys()].toSorted()).toEqual(['any-key', 'app', 'global', 'none']);
    expect(names('none')).toEqual([
      'GET /',
      'GET /page/:file',
      'GET /ping',
      'GET /v1/healthy',
      'GET /v3/docs',
      'GET /v3/health/live',
      'GET /v3/health/ready',
      'GET /v3/openapi.json',
    ]);
    expect(names('global')).toEqual(['POST /v2/local/target-state', 'POST /v3/diagnostics', 'POST /v3/plan']);
    expect(names('any-key')).toEqual([
      'GET /v1/device/host-config',
      'GET /v2/device/name',
      'GET /v2/device/tags',
      'GET /v2/device/vpn',
      'GET /v2/local/device-info',
      'GET /v2/version',
      'GET /v3/device',
      'PATCH /v1/device/host-config',
      'PATCH /v2/device/tags',
      'POST /v1/blink',
      'POST /v1/reboot',
      'POST /v1/regenerate-api-key',
      'POST /v1/shutdown',
      'POST /v1/update',
    ]);
    expect(names('app')).toEqual([
      'DELETE /v3/apps/:uuid/locks/:service',
      'GET /v1/apps/:appId',
      'GET /v1/device',
      'GET /v2/applications/:appId/state',
      'GET /v2/applications/state',
      'GET /v2/cleanup-volumes',
      'GET /v2/containerId',
      'GET /v2/local/logs',
      'GET /v2/local/target-state',
      'GET /v2/state/status',
      'GET /v3/events',
      'GET /v3/health/detail',
      'GET /v3/locks',
      'GET /v3/metrics',
      'GET /v3/plan',
      'GET /v3/state',
      'GET /v3/usage',
      'POST /v1/apps/:appId/start',
      'POST /v1/apps/:appId/stop',
      'POST /v1/purge',
      'POST /v1/restart',
      'POST /v2/applications/:appId/purge',
      'POST /v2/applications/:appId/restart',
      'POST /v2/applications/:appId/restart-service',
      'POST /v2/applications/:appId/start-service',
      'POST /v2/applications/:appId/stop-service',
      'POST /v2/journal-logs',
      'POST /v3/apps/:uuid/locks/:service',
    ]);
  });

  it('names each route once, and says what it does', () => {
    const names = routes.map(({ method, path }) => `${method} ${path.toLowerCase()}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { summary } of routes) expect(summary).toMatch(/^[A-Z].*[^.]$/);
  });
});

const table = conformanceRows(routes, 'bench:1');

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (name, route) => {
  let world: FakeWorld;
  beforeAll(() => {
    world = createFakeWorld('bench:1');
  });

  it.each((table.get(name) ?? []).map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    expect(await answersAs(world, route, row)).toBe(true);
    expect(world.api.errors).toEqual([]);
  });

  const path = (table.get(name) ?? [])[0]?.request.path ?? '';

  it.each([
    ['in capitals', path.toUpperCase()],
    ['with a trailing slash', path.replace(/(?=\?|$)/, '/')],
    ['with another query', `${path}${path.includes('?') ? '&' : '?'}x=1`],
  ])('is found %s', async (spelling, request) => {
    if (spelling === 'in capitals' && path.includes('/locks/')) return;
    const response = await createFakeWorld('bench:1').send({ method: 'PUT', path: request, key: GLOBAL_KEY });
    // The path is found: the answer names its methods.
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')?.split(', ')).toContain(route.method);
    expect(await response.json()).toMatchObject({ status: 'failed', message: expect.stringContaining('PUT') });
  });

  it('answers OPTIONS with its methods', async () => {
    const response = await world.send({ method: 'OPTIONS', path, key: world.keys.global });
    const allowed = (await response.text()).split(',');
    expect(response.status).toBe(200);
    expect(response.headers.get('allow')).toBe(allowed.join(','));
    expect(allowed).toEqual(
      expect.arrayContaining(route.method === 'GET' && !route.acts ? ['GET', 'HEAD'] : [route.method]),
    );
    const withoutKey = await world.send({ method: 'OPTIONS', path });
    expect(withoutKey.status).toBe(route.scope === 'none' ? 200 : 401);
  });

  it('says whether it answers with a stream', () => {
    expect(route.streams).toBe(Object.values(route.answers()).some(({ type }) => type === 'stream'));
  });

  it('does not show the methods to clients without a key', async () => {
    const response = await createTestApi().request(path, { method: 'PUT' });
    expect([response.status, response.headers.get('allow')]).toEqual([401, null]);
  });
});

const readable = routes
  .filter(({ method, acts }) => method === 'GET' && !acts)
  .map(({ path, streams }) => [path.replace(':appId', '90101'), streams] as const);

describe.each(readable)('HEAD %s', (path, streams) => {
  it('answers with the headers of GET, no body, and leaves nothing open', async () => {
    const world = createFakeWorld('bench:1');
    const get = await world.send({ method: 'GET', path, key: GLOBAL_KEY });
    const length = lengthOf(get, path);
    expect(length === null).toBe(streams || path === '/v3/metrics');
    expect(get.headers.get('content-length') === null).toBe(streams);
    await get.body?.cancel();
    const head = await world.send({ method: 'HEAD', path, key: GLOBAL_KEY });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(lengthOf(head, path)).toBe(length);
    expect(head.body).toBeNull();
    expect(world.api.logs.attached).toBe(0);
  });
});

/** `null`: there is none, or it is another one in each answer. */
function lengthOf({ headers }: Response, path: string): string | null {
  return path === '/v3/metrics' ? null : headers.get('content-length');
}

describe('a path that does not exist', () => {
  it.each(['/v2', '/v3/nothing', '/v2/local', '/v2/applications/1/state/more', '/v2//version', '/%E0%A4%A'])(
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

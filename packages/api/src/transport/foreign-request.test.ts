import { describe, expect, it } from 'vitest';
import { APP_KEY, createTestApi } from '../testing/test-api.ts';

const keyless = () => createTestApi({ requiresKey: () => false, hostNames: () => ['kitchen.example.com'] });
const REBOOT = { method: 'POST', path: '/v1/reboot' };
const TARGET = { method: 'POST', path: '/v2/local/target-state', body: { local: { apps: {} } } };
const CLEANUP = { method: 'GET', path: '/v2/cleanup-volumes' };
const PING = { method: 'GET', path: '/ping' };

describe('a request that a browser sends for a page of another site', () => {
  it.each([REBOOT, TARGET, CLEANUP, PING, { method: 'POST', path: '/v1/purge' }, { method: 'GET', path: '/nowhere' }])(
    'is refused everywhere: $method $path',
    async ({ path, ...options }) => {
      const { request, device } = keyless();
      const refused: Record<string, string>[] = [
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'https://evil.example.org' },
        { origin: 'null' },
        { origin: 'http://device.local:8080' },
        { host: 'evil.example.org:48484' },
        { host: 'evil.example.org', origin: 'http://evil.example.org' },
      ];
      for (const headers of refused) {
        const { status } = await request(path, { ...options, headers: { host: 'device.local:48484', ...headers } });
        expect({ headers, status }).toEqual({ headers, status: 403 });
      }
      expect(device.targetsSet).toEqual([]);
    },
  );

  it('says why, and what to do', async () => {
    const answer = await keyless().request('/v2/version', { headers: { host: 'evil.example.org' } });
    expect(await answer.json()).toEqual({
      status: 'failed',
      message:
        'the request is refused: evil.example.org is not a name of this device. Use an address of the device or its name in .local, or an API key',
    });
  });

  it('is answered when it has a key, which such a page does not have', async () => {
    const { request } = createTestApi();
    const headers = { origin: 'https://dashboard.example.org', host: 'proxy.example.org' };
    expect((await request('/v1/device', { key: 'global-key', headers })).status).toBe(200);
    expect((await request('/v1/device', { key: 'wrong', headers })).status).toBe(403);
  });
});

it.each([
  {},
  { host: '10.0.0.7:48484' },
  { host: '[fe80::1]:48484' },
  { host: 'localhost:48484' },
  { host: 'supervisor0' },
  { host: '1234567.local:48484' },
  { host: 'KITCHEN.example.com.' },
  { host: '10.0.0.7:48484', origin: 'http://10.0.0.7:48484' },
  { host: 'device.local:48484', 'sec-fetch-site': 'same-origin' },
  { host: 'device.local:48484', 'sec-fetch-site': 'none' },
])('a request to a name of this device is answered: %j', async (headers) => {
  expect((await keyless().request('/v2/version', { headers })).status).toBe(200);
});

describe('a container on a bridge of the engine', () => {
  const api = createTestApi({
    requiresKey: () => false,
    isContainer: ({ remoteAddress }) => remoteAddress.startsWith('172.17.'),
  }).api;
  const ask = (remoteAddress: string, key?: string): Promise<Response> =>
    api.fetch(
      new Request('http://10.114.104.1:48484/v2/applications/state', {
        headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      }),
      { connection: { remoteAddress, localAddress: '10.114.104.1' } },
    );

  it('needs a key where others need none', async () => {
    expect((await ask('192.0.2.1')).status).toBe(200);
    expect((await ask('172.17.0.2')).status).toBe(401);
    expect((await ask('172.17.0.2', APP_KEY)).status).toBe(200);
  });
});

it('HEAD changes nothing', async () => {
  const { request } = keyless();
  const answer = await request('/v2/cleanup-volumes', { method: 'HEAD' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
});

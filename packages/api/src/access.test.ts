import { describe, expect, it } from 'vitest';
import { APP_KEY, createTestApi, GLOBAL_KEY } from './testing/test-api.ts';
import { TWO_APPS_TARGET } from './testing/fake-device.ts';

describe('the key', () => {
  it.each([
    ['the query', `?apikey=${GLOBAL_KEY}`, undefined],
    ['ApiKey', '', `ApiKey ${GLOBAL_KEY}`],
    ['Bearer', '', `Bearer ${GLOBAL_KEY}`],
    ['the scheme in lower case', '', `bearer ${GLOBAL_KEY}`],
    ['the scheme in capitals', '', `APIKEY ${GLOBAL_KEY}`],
    ['the query, though the header is wrong', `?apikey=${GLOBAL_KEY}`, 'Bearer wrong'],
    ['the header, when that of the query is empty', '?apikey=', `Bearer ${GLOBAL_KEY}`],
  ])('is taken from %s', async (_, query, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    expect((await createTestApi().request(`/v2/version${query}`, { headers })).status).toBe(200);
  });

  it('of the query wins, also when it is wrong', async () => {
    const headers = { authorization: `Bearer ${GLOBAL_KEY}` };
    expect((await createTestApi().request('/v2/version?apikey=wrong', { headers })).status).toBe(401);
  });

  it('is asked for as the device says at each request', async () => {
    let requiresKey = false;
    const { request } = createTestApi({ requiresKey: () => requiresKey });
    expect((await request('/v2/version')).status).toBe(200);
    requiresKey = true;
    expect((await request('/v2/version')).status).toBe(401);
  });
});

describe("a service's key", () => {
  async function read(path: string): Promise<unknown> {
    const { request, device } = createTestApi();
    device.currentTarget = TWO_APPS_TARGET;
    return (await request(path, { key: APP_KEY })).json();
  }

  it('sees its own app alone, and the progress of that', async () => {
    expect(await read('/v2/state/status')).toMatchObject({
      overallDownloadProgress: 40,
      containers: [{ appId: 1, containerId: 'container-1' }],
      images: [{ appId: 1 }, { appId: 1 }],
      release: 'commit-of-1',
    });
    expect(await read('/v2/applications/state')).toEqual({ fleet: expect.objectContaining({ appId: 1 }) });
    expect(await read('/v2/containerId')).toEqual({ status: 'success', services: { main: 'container-1' } });
  });

  it('learns nothing about another app, not even that it exists', async () => {
    const { request } = createTestApi();
    const [other, none] = await Promise.all(
      [2, 3].map((id) => request(`/v2/applications/${id}/state`, { key: APP_KEY })),
    );
    expect([other?.status, none?.status]).toEqual([409, 409]);
    expect(await other?.json()).toEqual({ status: 'failed', message: 'Application ID does not exist: 2' });
  });

  it("does not read the other apps' target with its secrets", async () => {
    const text = JSON.stringify(await read('/v2/local/target-state'));
    expect(text).toContain('secret-of-1');
    expect(text).not.toContain('secret-of-2');
  });
});

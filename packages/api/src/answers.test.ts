import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestApi, type TestApi } from './testing/test-api.ts';
import { TWO_APPS, TWO_APPS_TARGET } from './testing/fake-device.ts';

function openApi(): TestApi {
  return createTestApi({ requiresKey: () => false });
}

async function readJson(path: string, { request } = openApi()): Promise<unknown> {
  const response = await request(path);
  expect(response.headers.get('content-type')).toBe('application/json');
  return response.json();
}

describe('GET /ping and /v1/healthy', () => {
  it.each(['/ping', '/v1/healthy'])('%s says OK as text', async (path) => {
    const response = await openApi().request(path);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toBe('OK');
  });

  it('says Unhealthy with a 500', async () => {
    const { request, device } = openApi();
    device.currentHealth = { healthy: false, problems: ['the engine does not answer'] };
    const response = await request('/v1/healthy');
    expect([response.status, await response.text()]).toEqual([500, 'Unhealthy']);
  });
});

describe('GET /v2/version and /v2/local/device-info', () => {
  it('answers the version that it was given', async () => {
    expect(await readJson('/v2/version')).toEqual({ status: 'success', version: '17.0.0' });
  });

  it('answers architecture and type', async () => {
    expect(await readJson('/v2/local/device-info')).toEqual({
      status: 'success',
      info: { arch: 'amd64', deviceType: 'generic-amd64' },
    });
  });
});

describe('GET /v2/local/target-state', () => {
  it('has no apps before one was set, and the name of the device', async () => {
    expect(await readJson('/v2/local/target-state')).toEqual({
      status: 'success',
      state: { local: { name: 'bench', config: {}, apps: {} } },
    });
  });

  it('prints the target in the v2 format, also outside local mode', async () => {
    const api = openApi();
    api.device.localMode = false;
    api.device.currentTarget = TWO_APPS_TARGET;
    expect(await readJson('/v2/local/target-state', api)).toMatchObject({
      state: {
        local: { apps: { '1': { name: 'fleet', services: { '1': { serviceName: 'main', privileged: true } } } } },
      },
    });
  });

  it('can be sent back as it came', async () => {
    const api = openApi();
    api.device.currentTarget = TWO_APPS_TARGET;
    const first = await readJson('/v2/local/target-state', api);
    const { state } = z.object({ state: z.unknown() }).parse(first);
    const sent = await api.request('/v2/local/target-state', { method: 'POST', body: state });
    expect(sent.status).toBe(200);
    expect(await readJson('/v2/local/target-state', api)).toEqual(first);
  });
});

describe('POST /v2/local/target-state', () => {
  async function post(body: unknown, headers = {}): Promise<{ status: number; answer: unknown; api: TestApi }> {
    const api = openApi();
    const response = await api.request('/v2/local/target-state', { method: 'POST', body, headers });
    return { status: response.status, answer: await response.json(), api };
  }

  it('answers once the device applies it', async () => {
    const { status, answer, api } = await post({ local: { apps: {} } });
    expect([status, answer]).toEqual([200, { status: 'success', message: 'OK' }]);
    expect(api.device.targetsSet).toEqual([{ target: { config: {}, apps: {} }, options: { force: false } }]);
    expect(await readJson('/v2/state/status', api)).toMatchObject({ appState: 'applying' });
  });

  it.each([
    [true, true],
    [1, true],
    ['1', true],
    ['true', true],
    ['on', true],
    [false, false],
    [0, false],
    ['0', false],
    ['false', false],
    ['off', false],
    ['', false],
    [null, false],
  ])('takes force %j as %j', async (force, expected) => {
    const { api } = await post({ local: { apps: {} }, force });
    expect(api.device.targetsSet[0]?.options).toEqual({ force: expected });
  });

  it.each([
    ['malformed JSON', '{"local":', /^the body is not valid JSON: /],
    ['text that is not JSON', 'secret-password', /^the body is not valid JSON: Unexpected token 's'$/],
    [
      'bytes that are not text',
      new ReadableStream({ start: (body) => (body.enqueue(Buffer.from([0x22, 0xff])), body.close()) }),
      /UTF-8/,
    ],
    ['an array', [], /^body: must be a JSON object, not an array$/],
    ['null', null, /^body: must be a JSON object, not null$/],
    ['a number', 5, /^body: must be a JSON object, not a number$/],
    ['an empty body', '', /local: is missing.*"apps":\{\}/],
    ['an empty object', {}, /local: is missing.*"apps":\{\}/],
    ['local without apps', { local: {} }, /local\.apps: is missing/],
    ['an app id that is not a number', { local: { apps: { x: { name: 'x' } } } }, /local\.apps\.x/],
    ['a null app', { local: { apps: { 1: null } } }, /local\.apps\.1/],
    [
      'a null service',
      { local: { apps: { 1: { name: 'x', commit: 'y', services: { 1: null } } } } },
      /local\.apps\.1\.services\.1/,
    ],
    [
      'a service without a name',
      { local: { apps: { 1: { name: 'x', services: { 1: { imageId: 1, image: 'i' } } } } } },
      /services\.1\.serviceName/,
    ],
    ['an unknown word for force', { local: { apps: {} }, force: 'perhaps' }, /^force: must be true or false$/],
    ['nesting without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /^body: must not be nested/],
  ])('refuses %s with a 400 that says where', async (_, body, message) => {
    const { status, answer, api } = await post(body);
    expect(answer).toEqual({ status: 'failed', message: expect.stringMatching(message) });
    expect(status).toBe(400);
    expect(api.device.targetsSet).toEqual([]);
    expect(api.errors).toEqual([]);
  });

  it('does not take a body that breaks off for a failure of ours', async () => {
    const { request, errors } = openApi();
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) });
    const response = await request('/v2/local/target-state', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(errors).toEqual([]);
  });

  it('refuses a request without a body', async () => {
    const response = await openApi().request('/v2/local/target-state', { method: 'POST' });
    expect(response.status).toBe(400);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain'])(
    'asks clients that send %s to send JSON',
    async (type) => {
      const { status, answer } = await post({ local: { apps: {} } }, { 'content-type': type });
      expect(status).toBe(400);
      expect(answer).toMatchObject({ message: expect.stringContaining('Content-Type: application/json') });
    },
  );

  it('takes a content type with parameters', async () => {
    const { status } = await post({ local: { apps: {} } }, { 'content-type': 'Application/JSON; charset=utf-8' });
    expect(status).toBe(200);
  });

  it('refuses when the device is not in local mode, whatever the body', async () => {
    const { request, device, errors } = openApi();
    device.localMode = false;
    for (const body of [{ local: { apps: {} } }, {}]) {
      const response = await request('/v2/local/target-state', { method: 'POST', body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ status: 'failed', message: expect.stringContaining('local mode') });
    }
    expect(errors).toEqual([]);
  });
});

describe('GET /v2/state/status', () => {
  it('lists containers and images of the first app', async () => {
    expect(await readJson('/v2/state/status')).toEqual({
      status: 'success',
      appState: 'applied',
      overallDownloadProgress: 40,
      containers: [
        {
          status: 'Running',
          serviceName: 'main',
          appId: 1,
          imageId: 101,
          serviceId: 1,
          containerId: 'container-1',
          createdAt: '2026-11-23T09:20:29.932Z',
        },
      ],
      images: TWO_APPS.images.filter(({ appId }) => appId === 1),
      release: 'commit-of-1',
    });
  });

  it('has nulls and empty lists on a device without apps', async () => {
    const api = openApi();
    api.device.currentState = { ...TWO_APPS, apps: [], images: [], overallDownloadProgress: null };
    expect(await readJson('/v2/state/status', api)).toEqual({
      status: 'success',
      appState: 'applied',
      overallDownloadProgress: null,
      containers: [],
      images: [],
      release: null,
    });
  });
});

describe('GET /v2/applications/state', () => {
  it('is keyed by the names of apps', async () => {
    const state = z.record(z.string(), z.unknown()).parse(await readJson('/v2/applications/state'));
    expect(Object.keys(state)).toEqual(['fleet', 'other']);
    expect(state['fleet']).toEqual({
      appId: 1,
      appUuid: 'uuid-of-1',
      commit: 'commit-of-1',
      updateStatus: 'done',
      services: {
        main: { status: 'Running', releaseId: 7, downloadProgress: null, image: 'local_image_main:latest' },
        worker: { status: 'Downloading', releaseId: 7, downloadProgress: 40, image: 'local_image_worker:latest' },
      },
    });
  });

  it('shows the newer container of a service that has two', async () => {
    const api = openApi();
    const [fleet] = TWO_APPS.apps;
    const [main] = fleet?.services ?? [];
    if (fleet === undefined || main === undefined) throw new Error('the fixture has no app');
    const services = [
      { ...main, containerId: 'newer', status: 'Awaiting handover' as const },
      { ...main, containerId: 'older', status: 'Handing over' as const },
    ];
    api.device.currentState = { ...TWO_APPS, apps: [{ ...fleet, services }] };
    expect(await readJson('/v2/applications/state', api)).toMatchObject({
      fleet: { services: { main: { status: 'Awaiting handover' } } },
    });
    expect(await readJson('/v2/containerId?service=main', api)).toMatchObject({ containerId: 'newer' });
  });
});

describe('GET /v2/applications/:appId/state', () => {
  it('is keyed by app id and image id', async () => {
    expect(await readJson('/v2/applications/1/state')).toEqual({
      local: {
        '1': {
          services: {
            '101': { status: 'Running', releaseId: 7, download_progress: null },
            '102': { status: 'Downloading', releaseId: 7, download_progress: 40 },
          },
        },
      },
      commit: 'commit-of-1',
    });
  });

  it.each(['x', '0', '-1', '1.5', '1e0', '99999999999999999999', '%20', '1%2F2'])('refuses the id %s', async (id) => {
    const response = await openApi().request(`/v2/applications/${id}/state`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('Invalid application ID') });
  });
});

describe('GET /v2/containerId', () => {
  it('lists the containers by service', async () => {
    expect(await readJson('/v2/containerId')).toEqual({ status: 'success', services: { main: 'container-1' } });
  });

  it.each(['service', 'serviceName'])('finds one by %s', async (name) => {
    expect(await readJson(`/v2/containerId?${name}=main`)).toEqual({ status: 'success', containerId: 'container-1' });
  });

  it.each(['worker', 'nobody', 'constructor', ''])('does not find a container of %j', async (name) => {
    const { request, errors } = openApi();
    const response = await request(`/v2/containerId?serviceName=${name}`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'failed', message: 'Could not find service with that name' });
    expect(errors).toEqual([]);
  });
});

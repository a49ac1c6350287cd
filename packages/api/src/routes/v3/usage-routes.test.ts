import { describe, expect, it } from 'vitest';
import { APP_KEY, createTestApi, GLOBAL_KEY } from '../../testing/test-api.ts';

const SERVICES = [
  { appId: 1, service: 'main', cpuPercent: 3, memoryBytes: 100 },
  { appId: 2, service: 'main', cpuPercent: null, memoryBytes: 200 },
];

function open() {
  let readings = 0;
  const usage = async () => {
    readings++;
    return { cpuPercent: 10, memoryBytes: 1_000, memoryTotalBytes: 2_000, services: SERVICES };
  };
  const { request } = createTestApi({ usage });
  return {
    get readings() {
      return readings;
    },
    ask: async (path = '/v3/usage', key = GLOBAL_KEY): Promise<unknown> => (await request(path, { key })).json(),
  };
}

describe('GET /v3/usage', () => {
  it('is read when a client asks, and not before', async () => {
    const api = open();
    expect(api.readings).toBe(0);
    const first = await api.ask();
    expect(first).toMatchObject({ intervalSeconds: 5, spanSeconds: 3_600 });
    expect(first).toMatchObject({ samples: [{ time: expect.any(Number), cpuPercent: 10, services: SERVICES }] });
    expect(await api.ask()).toEqual(first);
    expect(api.readings).toBe(1);
  });

  it('shows a service the use of its own app, and of the device', async () => {
    expect(await open().ask('/v3/usage', APP_KEY)).toMatchObject({
      samples: [{ memoryBytes: 1_000, services: [SERVICES[0]] }],
    });
  });

  it('leaves out what a client has', async () => {
    expect(await open().ask(`/v3/usage?after=${Date.now() + 60_000}`)).toMatchObject({ samples: [] });
  });

  it('says what is wrong with a time that is none', async () => {
    expect(await open().ask('/v3/usage?after=yesterday')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('after'),
    });
  });
});

describe('GET /v3/device', () => {
  it('is what the device is, by the name that its target gives it', async () => {
    const { request, device } = createTestApi({
      build: { version: '1.2.3', commit: 'abc' },
      cloudConnected: () => false,
    });
    device.currentTarget = { name: 'kitchen', config: {}, apps: {} };
    const answer: unknown = await (await request('/v3/device', { key: APP_KEY })).json();
    expect(answer).toMatchObject({
      name: 'kitchen',
      uuid: device.facts.uuid,
      supervisor: { contract: '17.0.0', version: '1.2.3', commit: 'abc' },
      cloud: { endpoint: null, connected: false },
    });
    expect(JSON.stringify(answer)).not.toContain('deviceApiKey');
  });
});

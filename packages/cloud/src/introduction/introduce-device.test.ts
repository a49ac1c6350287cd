import { describe, expect, it } from 'vitest';
import type { CloudHttp } from '../http/cloud-http.ts';
import { introduceDevice, type Introduction, type IntroductionReason } from './introduce-device.ts';

const IDENTITY = {
  uuid: 'd0',
  deviceApiKey: 'key',
  provisioningKey: null,
  applicationId: 1,
  deviceId: 15,
  isRegistered: true,
};
const STATE = { d0: { name: 'n', apps: {}, config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } } };

/** @param statuses by the beginning of the path. Default: 200 */
async function introduce(
  introduction: Partial<Introduction>,
  statuses: Record<string, number> = {},
  reason: IntroductionReason = 'new',
) {
  const requests: unknown[] = [];
  const said: string[] = [];
  const http: CloudHttp = {
    async request({ method, path, json }) {
      if (method === 'GET') return { status: 200, headers: {}, body: JSON.stringify(STATE) };
      requests.push([method, path, json]);
      const [, status = 200] = Object.entries(statuses).find(([prefix]) => path.startsWith(prefix)) ?? [];
      return { status, headers: {}, body: '' };
    },
    [Symbol.dispose]: () => undefined,
  };
  const whole: Introduction = {
    name: null,
    pinnedRelease: null,
    undeclaredConfig: async () => ({}),
    say: (message) => void said.push(message),
    ...introduction,
  };
  const { signal } = new AbortController();
  const answer = await introduceDevice(http, IDENTITY, { introduction: whole, reason, signal });
  return { requests, said, answer };
}

const DEVICE = "/v7/device(uuid='d0')";

describe('introduceDevice', () => {
  it('tells name, release to stay at, and configuration that the cloud does not declare', async () => {
    const seen: unknown[] = [];
    const { requests, said } = await introduce({
      name: 'lobby',
      pinnedRelease: 9,
      async undeclaredConfig(declared) {
        seen.push(declared);
        return { HOST_CONFIG_hdmi_mode: '1' };
      },
    });
    expect(seen).toEqual([{ SUPERVISOR_POLL_INTERVAL: '1000' }]);
    expect(requests).toEqual([
      ['PATCH', DEVICE, { device_name: 'lobby' }],
      ['PATCH', DEVICE, { is_pinned_on__release: 9 }],
      ['POST', '/v7/device_config_variable', { device: 15, name: 'BALENA_HOST_CONFIG_hdmi_mode', value: '1' }],
    ]);
    expect(said).toEqual([]);
  });

  it('reports nothing when there is nothing to report, and gives the target that it asked for', async () => {
    const { requests, answer } = await introduce({});
    expect(requests).toEqual([]);
    expect(answer).toMatchObject({ status: 'changed' });
    expect((await introduce({ undeclaredConfig: async () => ({ A: '1' }) })).answer).toBeNull();
  });

  it.each<[IntroductionReason, readonly string[]]>([
    ['new', ['PATCH', 'PATCH', 'POST']],
    // Its owner may have named it.
    ['taken over', ['PATCH', 'POST']],
    ['known', ['POST']],
  ])('of a device that is %s reports what the cloud may not know', async (reason, methods) => {
    const introduction = { name: 'x', pinnedRelease: 9, undeclaredConfig: async () => ({ A: '1' }) };
    const { requests } = await introduce(introduction, {}, reason);
    const firsts = requests.map((request): unknown => (Array.isArray(request) ? request[0] : null));
    expect(firsts).toEqual(methods);
    expect(JSON.stringify(requests).includes('device_name')).toBe(reason === 'new');
  });

  it('goes on after what the cloud refuses for good, or has already', async () => {
    const introduction = { name: 'x', undeclaredConfig: async () => ({ A: 'secret', B: '2' }) };
    const { requests, said } = await introduce(introduction, { '/v7/device(': 400, '/v7/device_config': 409 });
    expect(requests).toHaveLength(3);
    expect(said).toEqual(['The cloud refuses the initial device name with status 400; it is left out']);
  });

  it.each([401, 429, 503])('fails with status %d, so that it is tried again', async (status) => {
    await expect(introduce({ name: 'x' }, { '/v7/device(': status })).rejects.toMatchObject({ code: 'CLOUD_REFUSED' });
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bundleSupervisor,
  busyboxImage,
  startDeviceHost,
  startMirror,
  startSocksProxy,
  startSupervisor,
  waitFor,
  type DeviceHost,
  type Mirror,
  type RealProxy,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

/** An address for documentation, which nothing but this test has. */
const TARGET = '198.51.100.20';
const CREDENTIALS = { login: 'device', password: '"}; p=w #\\' };
const APP = 90_020;
const UNITS = ['balena-proxy-config.service', 'redsocks.service'];

const resources = new AsyncDisposableStack();
let host: DeviceHost;
let mirror: Mirror;
let socks: RealProxy;
let supervisor: SupervisorProcess;
let proxy: object;

beforeAll(async () => {
  await bundleSupervisor();
  const engineEndpoint = inject('engineEndpoint');
  await busyboxImage(engineEndpoint, { tag: 'host-config:1' });
  host = resources.use(await startDeviceHost(engineEndpoint, { config: { hostname: 'device' } }));
  mirror = resources.use(await startMirror(TARGET));
  socks = resources.use(await startSocksProxy(CREDENTIALS));
  supervisor = resources.use(await startSupervisor({ engineEndpoint, environment: host.environment }));
  proxy = { type: 'socks5', ip: host.gateway, port: socks.port, ...CREDENTIALS };
});
afterAll(() => resources.disposeAsync());

describe('PATCH /v1/device/host-config', () => {
  it('sends the connections of the host through a proxy', async () => {
    const before = await invocations();
    expect(await patch({ network: { proxy } })).toEqual({ status: 200, body: 'OK' });
    expect((await invocations()).filter((id, index) => id === before[index])).toEqual([]);
    await waitFor('the way through the proxy', sourceOfHost, { until: (source) => source === TARGET });
    expect(await socks.log()).toContain(`connected to ${TARGET}`);
    expect(await supervisor.get('/v1/device/host-config')).toEqual({ network: { hostname: 'device', proxy } });
    expect(await patch({ network: { proxy: { dns: null } } })).toEqual({ status: 200, body: 'OK' });
  });

  it('refuses what is invalid, in words', async () => {
    expect(await patch({ network: { proxy: { port: 'http' } } })).toEqual({
      status: 400,
      body: expect.stringContaining('network.proxy.port must be a whole number from 1 to 65535'),
    });
    expect(await patch({ network: { proxy: { password: '}' } } })).toMatchObject({ status: 400 });
  });

  it('is refused while a service holds its lock, unless it is forced', async () => {
    await supervisor.apply(APPS);
    await writeFile(join(host.rootMount, `tmp/balena-supervisor/services/${APP}/web/updates.lock`), '');
    const before = await invocations();
    expect(await patch({ network: { proxy: null } })).toEqual({
      status: 423,
      body: expect.stringContaining('Updates are locked by web of app 90020'),
    });
    expect(await invocations()).toEqual(before);
    expect(await patch({ network: { proxy: { noProxy: [TARGET] }, force: true } })).toEqual({
      status: 200,
      body: 'OK',
    });
    expect(await sourceOfHost()).toBe(host.address);
  });

  it('says what is not in effect, and brings it into effect when the supervisor starts again', async () => {
    await host.exec('mv /etc/systemd/system/balena-proxy-config.service /root/ && systemctl daemon-reload');
    expect(await patch({ network: { proxy: { noProxy: [] } } })).toEqual({
      status: 503,
      body: expect.stringContaining('balena-proxy-config.service does not exist'),
    });
    await supervisor.kill();
    await host.exec('mv /root/balena-proxy-config.service /etc/systemd/system/ && systemctl daemon-reload');
    await supervisor.start();
    await waitFor('the way through the proxy', sourceOfHost, { until: (source) => source === TARGET });
  });

  it('sends the connections of the host directly again, and gives it another name', async () => {
    expect(await patch({ network: { proxy: {}, hostname: 'renamed' } })).toEqual({ status: 200, body: 'OK' });
    expect(await sourceOfHost()).toBe(host.address);
    expect(await host.exec('hostname')).toBe('renamed\n');
    expect(await supervisor.get('/v1/device/host-config')).toEqual({ network: { hostname: 'renamed' } });
    expect(supervisor.output()).not.toContain(CREDENTIALS.password);
    await supervisor.apply({});
  });
});

const APPS = {
  [APP]: {
    name: 'app',
    commit: 'c1',
    releaseId: '1',
    services: { 1: { serviceName: 'web', imageId: 1, image: 'host-config:1', environment: {}, labels: {} } },
    volumes: {},
    networks: {},
  },
};

async function patch(body: object): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(supervisor.url('/v1/device/host-config'), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.text() };
}

/** Address from which the web server sees the host's requests. */
function sourceOfHost(): Promise<string> {
  return host.exec(`curl --silent --show-error --max-time 5 ${mirror.url}`);
}

async function invocations(): Promise<readonly string[]> {
  const units = await Promise.all(UNITS.map((unit) => host.unit(unit)));
  return units.map(({ invocationId }) => invocationId);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { lookupLocalNames, type Identity } from '@device-supervisor/cloud';
import { formatSettings, resolveDeviceConfig, type DeviceConfigVariables } from '@device-supervisor/device';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { openStore, type Store } from '@device-supervisor/store';
import { startCloudStub, waitFor, type CloudStub, type StubDevice } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectCloud, type CloudConnectionDependencies, type ConnectedCloud } from './connect-cloud.ts';
import { openIntroductionMemory } from './introduction-memory.ts';
import { PINNED_RELEASE } from './preload.ts';
import { withChangesReported } from './report-keys.ts';

const UUID = 'a'.repeat(32);

let stack: AsyncDisposableStack;
let stub: CloudStub;
let directory: string;
let store: Store;
let clock: FakeClock;
let cloud: ConnectedCloud;
let isVpnUp: boolean;
/** Looks at the VPN, with which each look for the cloud begins. */
let looks: number;
/** Looks that found no cloud. */
let lost: number;
let said: string[];

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  stub = stack.use(await startCloudStub());
  directory = await mkdtemp(join(tmpdir(), 'connect-cloud-'));
  stack.defer(() => rm(directory, { recursive: true }));
  store = stack.use(openStore({ path: join(directory, 'database.sqlite') }));
  clock = createFakeClock();
  [isVpnUp, looks, lost, said] = [false, 0, 0, []];
});
afterEach(() => stack.disposeAsync());

interface ConnectionOptions extends Partial<Pick<CloudConnectionDependencies, 'configJson' | 'deviceConfig'>> {
  /** The device's target before it knows its cloud. */
  readonly config?: DeviceConfigVariables;
  readonly fleet?: ReturnType<typeof stub.createFleet>;
}

/** A device that is new to its cloud. @returns the cloud's record, once the device has reported */
async function connect({
  config = {},
  configJson = {},
  deviceConfig = null,
  fleet = stub.createFleet(),
}: ConnectionOptions = {}): Promise<StubDevice> {
  let identity: Identity = {
    uuid: UUID,
    deviceApiKey: 'device-key',
    provisioningKey: fleet.provisioningKey,
    applicationId: fleet.id,
    deviceId: null,
    isRegistered: false,
  };
  cloud = stack.use(
    connectCloud({
      endpoint: stub.endpoint,
      configJson,
      settings: { current: resolveDeviceConfig(config).settings },
      identity: {
        read: async () => identity,
        async register({ deviceId }) {
          identity = { ...identity, deviceId, provisioningKey: null, isRegistered: true };
        },
        renew: async () => identity,
      },
      device: {
        localMode: false,
        target: () => ({ apps: {}, config }),
        state: () => ({
          observed: true,
          applying: false,
          apps: [],
          images: [],
          blocked: [],
          notices: [],
          overallDownloadProgress: null,
        }),
        subscribe: () => ({ [Symbol.dispose]: () => undefined }),
        setCloudTarget: async () => undefined,
      },
      description: {
        deviceType: 'generic-amd64',
        arch: 'amd64',
        hostName: 'device',
        os: {
          prettyName: 'OS 1',
          id: null,
          version: null,
          variant: null,
          metaBalenaVersion: null,
          boardRevision: null,
        },
        kernelVersion: '6',
        l4tVersion: null,
        hasKernelModules: false,
        hasFirmware: false,
        problems: [],
      },
      host: {
        addresses: () => ({ ip: ['10.0.0.5'], mac: ['AA'] }),
        async vpn() {
          looks++;
          return { enabled: true, connected: isVpnUp };
        },
        showLost: () => void lost++,
      },
      metrics: { read: async () => NO_METRICS, [Symbol.asyncDispose]: async () => undefined },
      store,
      introductionMemory: openIntroductionMemory(store, { isRegistered: false }),
      deviceConfig,
      apiPort: 48_484,
      rebootReasons: () => [],
      apiSecret: () => store.apiKeys.global(),
      reportMemoryPath: join(directory, 'report.json'),
      access: { userAgent: 'Supervisor/1', lookup: lookupLocalNames },
      onRegistered: () => undefined,
      onRequest: () => undefined,
      clock,
      print: (message) => void said.push(message),
    }),
  );
  await waitFor('the introduction', () => stub.count('poll') >= 1 && store.settings.get('introduction') === null);
  const device = stub.device(UUID);
  if (device === null) throw new Error('the cloud does not have the device');
  await waitFor('the first report', () => device.reports.length > 0);
  return device;
}

const NO_METRICS = {
  cpuUsage: null,
  memoryUsage: null,
  memoryTotal: null,
  storageUsage: null,
  storageTotal: null,
  storageBlockDevice: null,
  cpuTemperature: null,
  cpuId: null,
  isUndervolted: null,
};

describe('a device that is new to its cloud', () => {
  it('tells how it is configured where the host is not its own, too', async () => {
    const device = await connect({ config: { SUPERVISOR_DELTA: '1', SUPERVISOR_LOG_CONTROL: 'true' } });
    expect(Object.fromEntries(device.config)).toEqual({ BALENA_SUPERVISOR_DELTA: 'true' });
  });

  it('tells how the host is, where it is its own', async () => {
    const settings = { ...resolveDeviceConfig({}).settings, persistentLogging: true };
    const device = await connect({
      deviceConfig: {
        converge: async () => ({ changed: false, pending: [], rebootNeeded: false, holdsReboot: false, retryIn: null }),
        current: async () => ({ ...formatSettings(settings), HOST_CONFIG_gpu_mem: '64' }),
      },
    });
    expect(Object.fromEntries(device.config)).toEqual({
      BALENA_SUPERVISOR_PERSISTENT_LOGGING: 'true',
      BALENA_HOST_CONFIG_gpu_mem: '64',
    });
  });

  it('is named and pinned once: registered again, it follows its fleet', async () => {
    const fleet = stub.createFleet();
    const { id } = stub.createRelease(fleet, { commit: 'c1', services: {} });
    store.settings.set(PINNED_RELEASE, String(id));
    const device = await connect({ fleet, configJson: { initialDeviceName: 'kitchen' } });
    expect([device.name, device.pinned?.commit]).toEqual(['kitchen', 'c1']);
    expect(store.settings.get(PINNED_RELEASE)).toBeNull();
  });
});

describe('the connection', () => {
  it('is known; a lost one is shown at each look, and said once', async () => {
    await connect();
    await waitFor('a look', () => cloud.isConnected() === true);
    await stub.goAway();
    clock.advance(10_000);
    await waitFor('a look that finds nothing', () => lost === 1);
    expect(cloud.isConnected()).toBe(false);
    await waitFor('the next look to be planned', () => said.includes('The cloud cannot be reached; apps run on'));
    await stub.comeBack();
    await waitFor('a look that finds it', () => (clock.advance(10_000), cloud.isConnected() === true));
    expect(said.filter((message) => message.includes('can be reached again'))).toHaveLength(1);
  });

  it('is taken for good while the VPN is up', async () => {
    isVpnUp = true;
    await connect();
    await stub.goAway();
    await waitFor('looks', () => (clock.advance(10_000), looks >= 4));
    expect([cloud.isConnected(), lost]).toEqual([true, 0]);
  });

  it('is not looked at where the device is configured not to', async () => {
    await connect({ config: { SUPERVISOR_CONNECTIVITY_CHECK: 'false' } });
    clock.advance(10_000);
    await setImmediate();
    expect([cloud.isConnected(), looks]).toEqual([null, 0]);
  });
});

it('a new key of our API is reported to the cloud, and the old one never again', async () => {
  const device = await connect();
  const old = store.apiKeys.global();
  expect(device.reports).toMatchObject([{ api_secret: old, status: 'Idle', ip_address: '10.0.0.5' }]);
  const key = withChangesReported(store.apiKeys, cloud.reportChange).regenerate(old);
  await waitFor('the report', () => (clock.advance(1000), device.reports.length > 1));
  expect(device.reports[1]).toEqual({ api_secret: key });
  expect(said.join()).not.toContain(old);
});

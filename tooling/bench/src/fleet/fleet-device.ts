import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { composeReport, createCloud, createCloudHttp, type Identity } from '@device-supervisor/cloud';
import { TEST_DEVICE } from '@device-supervisor/compose/testing';
import { createDevice, resolveDeviceConfig } from '@device-supervisor/device';
import { createInMemoryEngine } from '@device-supervisor/engine/testing';
import { createUpdateLocks } from '@device-supervisor/lockfile';
import { openStore } from '@device-supervisor/store';
import { systemClock } from '../system-clock.ts';
import type { CloudAccess } from './fleet-cloud.ts';
import { IMAGES } from './cloud-commands.ts';

export interface FleetDeviceOptions extends CloudAccess {
  /** For its store and its locks. */
  readonly directory: string;
  /** Something went wrong, or is well again. */
  readonly say: (message: string) => void;
}

/** A new device of a cloud, as the supervisor puts it together, on an engine in memory and a host that is made up. */
export async function startFleetDevice(options: FleetDeviceOptions): Promise<AsyncDisposable> {
  const { endpoint, fleetId, provisioningKey, directory, say } = options;
  await mkdir(directory);
  await using stack = new AsyncDisposableStack();
  const uuid = randomBytes(16).toString('hex');
  const store = stack.use(openStore({ path: join(directory, 'database.sqlite'), logger: say }));
  const device = stack.use(
    createDevice({
      engine: createInMemoryEngine({
        clock: systemClock,
        pullable: Object.fromEntries(IMAGES.map((image) => [image, {}])),
      }),
      locks: stack.use(createUpdateLocks({ directory: join(directory, 'locks'), holder: 'device-supervisor' })),
      store,
      clock: systemClock,
      random: Math.random,
      facts: { ...TEST_DEVICE, uuid },
      managed: true,
      bootId: null,
    }),
  );
  const settings = () => resolveDeviceConfig(device.target().config).settings;
  let identity: Identity = {
    uuid,
    deviceApiKey: randomBytes(16).toString('hex'),
    provisioningKey,
    applicationId: fleetId,
    deviceId: null,
    isRegistered: false,
  };
  const cloud = stack.use(
    createCloud({
      http: stack.use(createCloudHttp({ endpoint, userAgent: 'bench', timeout: () => settings().apiRequestTimeout })),
      identity: {
        read: async () => identity,
        async register({ deviceId, deviceApiKey }) {
          identity = { ...identity, deviceId, deviceApiKey, isRegistered: true, provisioningKey: null };
        },
        renew: async () => identity,
      },
      introduction: { name: null, pinnedRelease: null, undeclaredConfig: async () => ({}), say },
      introductionMemory: { load: () => null, save: () => undefined },
      tagMemory: { load: () => null, save: () => undefined, clear: () => undefined },
      describe: async () => ({
        deviceType: TEST_DEVICE.type,
        supervisorVersion: TEST_DEVICE.supervisorVersion,
        osVersion: TEST_DEVICE.hostOsVersion,
        osVariant: '',
        macAddress: '02:00:00:00:00:01',
      }),
      clock: systemClock,
      random: Math.random,
      settings,
      registrationRetryDelay: 30_000,
      composeReport: async () =>
        composeReport({
          target: device.target(),
          state: device.state(),
          localMode: false,
          rebootReasons: [],
          supervisorVersion: TEST_DEVICE.supervisorVersion,
          osVersion: TEST_DEVICE.hostOsVersion,
          osVariant: '',
          addresses: { ip: ['203.0.113.7'], mac: ['02:00:00:00:00:01'] },
          apiPort: TEST_DEVICE.apiPort,
          apiSecret: store.apiKeys.global(),
          metrics: madeUpMetrics(),
        }),
      reportMemory: { load: async () => null, save: async () => undefined },
      onTarget: (target, force) => device.setCloudTarget(target, force),
      onRegistered: () => undefined,
      say,
    }),
  );
  stack.use(
    device.subscribe(({ type }) => {
      if (type === 'state-changed') cloud.reportChange();
    }),
  );
  const owned = stack.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Of a busy device: other ones at each look. */
function madeUpMetrics() {
  const some = (limit: number): number => Math.round(Math.random() * limit);
  return {
    cpuUsage: some(100),
    memoryUsage: some(4000),
    memoryTotal: 4000,
    storageUsage: some(30_000),
    storageTotal: 30_000,
    storageBlockDevice: '/dev/mmcblk0p6',
    cpuTemperature: some(90),
    cpuId: null,
    isUndervolted: false,
  };
}

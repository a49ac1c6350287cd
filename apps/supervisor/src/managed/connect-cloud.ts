import {
  compareClocks,
  composeReport,
  createCloud,
  createCloudHttp,
  lookupLocalNames,
  watchConnectivity,
  type ClockDoubt,
  type Cloud,
  type CloudRequestResult,
  type Identity,
  type IdentityStore,
  type TagMemory,
} from '@device-supervisor/cloud';
import type { ConfigJson } from '@device-supervisor/config-json';
import {
  formatSettings,
  undeclaredConfig,
  type Clock,
  type Device,
  type DeviceConfig,
  type DeviceConfigVariables,
  type DeviceSettings,
  type Settings,
} from '@device-supervisor/device';
import type { HostDescription, Metrics } from '@device-supervisor/host-facts';
import type { Store } from '@device-supervisor/store';
import type { ConnectedHost } from '../host/connect-host.ts';
import { osVariant } from '../host/os-variant.ts';
import { CONTRACT_VERSION } from '../version.ts';
import type { CloudAccess } from './cloud-access.ts';
import type { IntroductionMemory } from './introduction-memory.ts';
import { PINNED_RELEASE } from './preload.ts';
import { rememberReports } from './report-memory.ts';

export interface CloudConnectionDependencies {
  readonly endpoint: string;
  readonly configJson: ConfigJson;
  readonly settings: Pick<Settings, 'current'>;
  readonly identity: IdentityStore;
  readonly device: Pick<Device, 'target' | 'state' | 'localMode' | 'subscribe' | 'setCloudTarget'>;
  readonly description: HostDescription;
  readonly host: Pick<ConnectedHost, 'addresses' | 'vpn' | 'showLost'>;
  readonly metrics: Metrics;
  readonly store: Pick<Store, 'settings'>;
  readonly introductionMemory: IntroductionMemory;
  /** `null`: the host is not ours to configure. */
  readonly deviceConfig: DeviceConfig | null;
  readonly apiPort: number;
  /** Why the host is to reboot; empty: it is not. */
  readonly rebootReasons: () => readonly string[];
  /** Key by which the cloud calls our API; a secret. */
  readonly apiSecret: () => string;
  /** File in memory that keeps the last report. */
  readonly reportMemoryPath: string;
  readonly access: CloudAccess;
  readonly onRegistered: (identity: Identity) => void;
  readonly onRequest: (request: CloudRequestResult) => void;
  readonly clock: Clock;
  readonly print: (message: string) => void;
}

export interface ConnectedCloud extends Cloud {
  /** `null`: not known, or not looked at. */
  isConnected(): boolean | null;
  /** Why the clock is likely to be wrong. `null`: nothing speaks against it. */
  clockDoubt(): ClockDoubt | null;
}

/** Milliseconds; what config.json does not say. */
const REGISTRATION_RETRY_DELAY = 30_000;

/** Makes the device a part of its cloud. Nothing of it is waited for. */
export function connectCloud(dependencies: CloudConnectionDependencies): ConnectedCloud {
  const { endpoint, configJson, identity, device, description, host, metrics, store, deviceConfig, clock, print } =
    dependencies;
  const { access, onRegistered, onRequest } = dependencies;
  const { deviceType = description.deviceType } = configJson;
  const variant = osVariant(description, configJson);
  const settings = (): DeviceSettings => dependencies.settings.current;
  const stack = new AsyncDisposableStack();
  const plain = stack.use(
    createCloudHttp({
      endpoint,
      ...access,
      timeout: () => settings().apiRequestTimeout,
    }),
  );
  const { http, doubt: clockDoubt } = compareClocks(plain, clock);
  const cloud = stack.use(
    createCloud({
      http,
      identity,
      describe: async () => ({
        deviceType,
        supervisorVersion: CONTRACT_VERSION,
        osVersion: description.os.prettyName ?? '',
        osVariant: variant,
        macAddress: host.addresses().mac.join(' '),
      }),
      clock,
      random: Math.random,
      settings,
      registrationRetryDelay: configJson.bootstrapRetryDelay ?? REGISTRATION_RETRY_DELAY,
      tagMemory: settingMemory(store, 'tags-to-report'),
      introductionMemory: dependencies.introductionMemory,
      introduction: {
        name: configJson.initialDeviceName ?? null,
        pinnedRelease: pinnedRelease(store),
        undeclaredConfig: async (declared) => undeclaredConfig(await currentConfig(deviceConfig, settings()), declared),
        say: print,
      },
      reportMemory: rememberReports(dependencies.reportMemoryPath),
      composeReport: async () =>
        composeReport({
          target: device.target(),
          state: device.state(),
          localMode: device.localMode,
          supervisorVersion: CONTRACT_VERSION,
          osVersion: description.os.prettyName ?? '',
          osVariant: variant,
          addresses: host.addresses(),
          apiPort: dependencies.apiPort,
          apiSecret: dependencies.apiSecret(),
          rebootReasons: dependencies.rebootReasons(),
          metrics: settings().hardwareMetrics ? await metrics.read() : null,
        }),
      onRegistered,
      onRequest,
      onTarget: (target, options) => device.setCloudTarget(target, options),
      say: print,
    }),
  );
  stack.use(
    device.subscribe(({ type }) => {
      if (type === 'state-changed' || type === 'reboot') cloud.reportChange();
    }),
  );
  const connectivity = stack.use(
    watchConnectivity({
      endpoint,
      lookup: lookupLocalNames,
      clock,
      isEnabled: () => settings().connectivityCheck,
      isVpnUp: async () => (await host.vpn()).connected,
      onLost: host.showLost,
      say: print,
    }),
  );
  return {
    ...cloud,
    isConnected: () => connectivity.isConnected,
    clockDoubt,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** How the device is configured: its settings and, where the host is ours, the configuration of the host. */
async function currentConfig(
  deviceConfig: DeviceConfig | null,
  settings: DeviceSettings,
): Promise<DeviceConfigVariables> {
  const variables = formatSettings(settings);
  if (deviceConfig === null) return variables;
  // This one is config.json's, too.
  const { SUPERVISOR_POLL_INTERVAL: _, ...found } = await deviceConfig.current();
  return { ...variables, ...found };
}

/** Keeps tags in a setting. */
export function settingMemory({ settings }: Pick<Store, 'settings'>, name: string): TagMemory {
  return {
    load: () => settings.get(name),
    save: (text) => settings.set(name, text),
    clear: () => settings.delete(name),
  };
}

function pinnedRelease({ settings }: Pick<Store, 'settings'>): number | null {
  const id = settings.get(PINNED_RELEASE);
  return id === null ? null : Number(id);
}

import { composeReport, createCloud, createCloudHttp, type Cloud, type IdentityStore } from '@device-supervisor/cloud';
import type { ConfigJson } from '@device-supervisor/config-json';
import { resolveDeviceConfig, type Clock, type Device, type DeviceSettings } from '@device-supervisor/device';
import type { HostAddresses, HostDescription, Metrics } from '@device-supervisor/host-facts';
import { SUPERVISOR_VERSION } from '../version.ts';
import { rememberReports } from './report-memory.ts';

export interface CloudConnectionDependencies {
  readonly endpoint: string;
  readonly configJson: ConfigJson;
  readonly identity: IdentityStore;
  readonly device: Device;
  readonly description: HostDescription;
  readonly addresses: () => HostAddresses;
  readonly metrics: Metrics;
  readonly apiPort: number;
  /** Key by which the cloud calls our API; a secret. */
  readonly apiSecret: () => string;
  /** File in memory that keeps what the cloud was told. */
  readonly reportMemoryPath: string;
  readonly clock: Clock;
  readonly print: (message: string) => void;
}

/** Milliseconds; what config.json does not say. */
const REGISTRATION_RETRY_DELAY = 30_000;

/** Makes the device a part of its cloud. Nothing of it is waited for. */
export function connectCloud(dependencies: CloudConnectionDependencies): Cloud & AsyncDisposable {
  const { endpoint, configJson, identity, device, description, addresses, metrics, clock, print } = dependencies;
  const { deviceType = description.deviceType, balenaRootCA } = configJson;
  const settings = (): DeviceSettings => settingsOf(device, configJson);
  const stack = new AsyncDisposableStack();
  const http = stack.use(
    createCloudHttp({
      endpoint,
      userAgent: `Supervisor/${SUPERVISOR_VERSION} (Linux; ${description.os.prettyName ?? 'unknown'})`,
      timeout: () => settings().apiRequestTimeout,
      ...(balenaRootCA === undefined ? {} : { rootCertificate: Buffer.from(balenaRootCA, 'base64').toString('utf8') }),
    }),
  );
  const cloud = stack.use(
    createCloud({
      http,
      identity,
      describe: async () => ({
        deviceType,
        supervisorVersion: SUPERVISOR_VERSION,
        osVersion: description.os.prettyName ?? '',
        osVariant: description.os.variant ?? '',
        macAddress: addresses().mac.join(' '),
      }),
      clock,
      random: Math.random,
      settings,
      registrationRetryDelay: configJson.bootstrapRetryDelay ?? REGISTRATION_RETRY_DELAY,
      reportMemory: rememberReports(dependencies.reportMemoryPath),
      composeReport: async () =>
        composeReport({
          target: device.target(),
          state: device.state(),
          localMode: device.localMode,
          supervisorVersion: SUPERVISOR_VERSION,
          osVersion: description.os.prettyName ?? '',
          osVariant: description.os.variant ?? '',
          addresses: addresses(),
          apiPort: dependencies.apiPort,
          apiSecret: dependencies.apiSecret(),
          metrics: settings().hardwareMetrics ? await metrics.read() : null,
        }),
      onTarget: (target, options) => device.setCloudTarget(target, options),
      say: print,
    }),
  );
  stack.use(
    device.subscribe(({ type }) => {
      if (type === 'state-changed') cloud.reportChange();
    }),
  );
  return { ...cloud, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** As the target says; where it says nothing of the poll interval, as config.json does. */
function settingsOf(device: Device, { appUpdatePollInterval }: ConfigJson): DeviceSettings {
  const { config } = device.target();
  const { settings } = resolveDeviceConfig(config);
  if (appUpdatePollInterval === undefined || Object.hasOwn(config, 'SUPERVISOR_POLL_INTERVAL')) return settings;
  return { ...settings, pollInterval: appUpdatePollInterval };
}

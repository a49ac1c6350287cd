import { join } from 'node:path';
import type { MetricSource } from '@device-supervisor/api';
import type { Clock, Settings } from '@device-supervisor/device';
import type { HostDescription, Metrics } from '@device-supervisor/host-facts';
import type { ContainerLogSource, LogUploader } from '@device-supervisor/logs';
import type { Store } from '@device-supervisor/store';
import { cloudMetrics } from '../api/metric-sources.ts';
import type { OpenedDevice } from '../device/open-device.ts';
import type { OpenedIdentity } from '../identity/open-identity.ts';
import type { Logger } from '../log/create-logger.ts';
import type { CloudAccess } from './cloud-access.ts';
import { connectCloud, type ConnectedCloud } from './connect-cloud.ts';
import type { IntroductionMemory } from './introduction-memory.ts';
import { uploadLogs } from './upload-logs.ts';

export interface OpenCloudDependencies {
  readonly endpoint: string;
  readonly opened: OpenedIdentity;
  readonly opening: OpenedDevice;
  readonly description: HostDescription;
  readonly store: Store;
  readonly introductionMemory: IntroductionMemory;
  readonly deviceSettings: Pick<Settings, 'current'>;
  readonly metrics: Metrics;
  /** Of the lines of containers. */
  readonly source: ContainerLogSource;
  readonly access: CloudAccess;
  readonly apiPort: number;
  /** Directory in the host's memory. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The parts that a cloud adds to a device. */
export interface ManagedDevice extends AsyncDisposable {
  readonly connection: ConnectedCloud;
  readonly uploader: LogUploader;
  readonly metrics: MetricSource;
}

/** Connects the device to its cloud: target, reports and logs. The start does not wait for the cloud. */
export function openCloud(dependencies: OpenCloudDependencies): ManagedDevice {
  const { endpoint, opened, opening, description, store, metrics, source, access, apiPort, clock } = dependencies;
  const { deviceSettings, directory } = dependencies;
  const { settings, identity } = opened;
  const { device, host, deviceConfig } = opening;
  const stack = new AsyncDisposableStack();
  const log = dependencies.log.component('cloud');
  const print = (message: string): void => log.info(message);
  const upload = stack.use(
    uploadLogs({
      access,
      endpoint: settings.logsEndpoint ?? endpoint,
      source,
      device,
      isWanted: () => deviceSettings.current.logControl,
      memory: store.settings,
      quickMemoryPath: join(directory, 'log-positions.json'),
      clock,
      print,
    }),
  );
  const requests = cloudMetrics(() => clock.monotonic());
  const connection = stack.use(
    connectCloud({
      endpoint,
      configJson: settings,
      settings: deviceSettings,
      identity,
      device,
      description,
      host,
      metrics,
      store,
      introductionMemory: dependencies.introductionMemory,
      deviceConfig,
      apiPort,
      rebootReasons: () => opening.reboots.reasons,
      apiSecret: () => store.apiKeys.global(),
      reportMemoryPath: join(directory, 'last-report.json'),
      access,
      onRegistered: (registered) => upload.connect(registered),
      onRequest: requests.record,
      clock,
      print,
    }),
  );
  opening.onReboot(() => connection.reportNow());
  return {
    connection,
    uploader: upload.uploader,
    metrics: requests.source,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

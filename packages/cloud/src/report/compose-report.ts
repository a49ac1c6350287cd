import type { DeviceState, AppState } from '@device-supervisor/device';
import {
  DeviceReport,
  type AppReport,
  type ServiceStatus,
  type ServiceReport,
  type TargetApp,
  type TargetService,
  type TargetState,
} from '@device-supervisor/state';

/** What a report is made from. */
export interface ReportSources {
  readonly target: TargetState;
  readonly state: DeviceState;
  readonly localMode: boolean;
  readonly supervisorVersion: string;
  readonly osVersion: string;
  readonly osVariant: string;
  readonly addresses: { readonly ip: readonly string[]; readonly mac: readonly string[] };
  readonly apiPort: number;
  /** Key by which the cloud calls our API; a secret. */
  readonly apiSecret: string;
  /** `null`: the device is configured not to tell. */
  readonly metrics: ReportedMetrics | null;
}

/** `null`: the host does not tell. Sizes in MB. */
export interface ReportedMetrics {
  readonly cpuUsage: number | null;
  readonly memoryUsage: number | null;
  readonly memoryTotal: number | null;
  readonly storageUsage: number | null;
  readonly storageTotal: number | null;
  readonly storageBlockDevice: string | null;
  readonly cpuTemperature: number | null;
  readonly cpuId: string | null;
  readonly isUndervolted: boolean | null;
}

/**
 * All that the cloud is told of the device. Of apps, only what the target names: a report with a release, app or image that
 * the cloud does not have is refused as a whole. In local mode nothing of them: they are a developer's.
 *
 * Not `name`, which would undo what somebody renamed in the cloud meanwhile, nor `logs_channel`: logs have their stream.
 */
export function composeReport(sources: ReportSources): DeviceReport {
  const { target, state, localMode, addresses, metrics } = sources;
  return {
    status: localMode ? 'Idle' : deviceStatus(state),
    os_version: sources.osVersion,
    os_variant: sources.osVariant,
    supervisor_version: sources.supervisorVersion,
    provisioning_progress: null,
    provisioning_state: '',
    ip_address: addresses.ip.join(' '),
    mac_address: addresses.mac.join(' '),
    api_port: sources.apiPort,
    api_secret: sources.apiSecret,
    ...(metrics === null ? {} : reportMetrics(metrics)),
    ...(localMode ? {} : { apps: reportApps(target, state) }),
  };
}

/** What the device does with its apps, in the words that `GET /v1/device` is documented with; the first that any service is at. */
const AT_WORK: readonly ServiceStatus[] = ['Downloading', 'Installing', 'Starting', 'Stopping'];

function deviceStatus({ apps }: DeviceState): string {
  const statuses = new Set(apps.flatMap(({ services }) => services.map(({ status }) => status)));
  return AT_WORK.find((status) => statuses.has(status)) ?? 'Idle';
}

function reportMetrics(metrics: ReportedMetrics): DeviceReport {
  const fields = {
    cpu_usage: rounded(metrics.cpuUsage),
    memory_usage: rounded(metrics.memoryUsage),
    memory_total: rounded(metrics.memoryTotal),
    storage_usage: rounded(metrics.storageUsage),
    storage_total: rounded(metrics.storageTotal),
    storage_block_device: metrics.storageBlockDevice,
    cpu_temp: rounded(metrics.cpuTemperature),
    cpu_id: metrics.cpuId,
    is_undervolted: metrics.isUndervolted,
  };
  return DeviceReport.parse(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)));
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function reportApps(target: TargetState, { apps, images }: DeviceState): Record<string, AppReport> {
  return Object.fromEntries(
    Object.values(target.apps).flatMap((app) => {
      const state = apps.find(({ id }) => id === app.id);
      return state === undefined ? [] : [[app.uuid, reportApp(app, state, images)]];
    }),
  );
}

function reportApp({ release }: TargetApp, state: AppState, images: DeviceState['images']): AppReport {
  // The cloud keeps the release that it was told of last, unless it is told that there is none.
  if (release === null) return { release_uuid: '', releases: {} };
  return {
    ...(state.commit === release.commit ? { release_uuid: release.commit } : {}),
    releases: {
      [release.commit]: {
        update_status: state.updateStatus,
        services: Object.fromEntries(
          Object.values(release.services).flatMap((service) => {
            const report = reportService(service, state, images);
            return report === null ? [] : [[service.name, report]];
          }),
        ),
      },
    },
  };
}

/** @returns `null`: there is nothing of it on the device */
function reportService(
  { name, image, imageId }: TargetService,
  { services }: AppState,
  images: DeviceState['images'],
): ServiceReport | null {
  // A container of the release before says nothing of this one.
  const present = services.find((one) => one.name === name && one.imageId === imageId);
  if (present === undefined) {
    const isThere = images.some((one) => one.name === image && one.dockerImageId !== null);
    return isThere ? { image, status: 'Downloaded', download_progress: null } : null;
  }
  const { status, downloadProgress } = present;
  return { image, status, download_progress: downloadProgress };
}

import type { AppState, DeviceState, ServiceState } from '@device-supervisor/device';
import {
  DeviceReport,
  type AppReport,
  type ServiceStatus,
  type ServiceReport,
  type TargetApp,
  type TargetRelease,
  type TargetService,
  type TargetState,
} from '@device-supervisor/state';

/** The sources of a report. */
export interface ReportSources {
  readonly target: TargetState;
  /** Why the host is to reboot; empty: it is not. */
  readonly rebootReasons: readonly string[];
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
 * The whole report about a device. Of apps it has only what the target names: the cloud refuses a whole report with a
 * release, app or image that it does not have. It has no apps in local mode, where they are a developer's, nor before the
 * engine was seen: what is not known yet is not missing.
 *
 * It has no `name`, which would undo a change of name in the cloud, and no `logs_channel`: logs have their stream.
 */
export function composeReport(sources: ReportSources): DeviceReport {
  const { target, state, localMode, addresses, metrics, rebootReasons } = sources;
  return {
    status: localMode ? 'Idle' : deviceStatus(state),
    os_version: sources.osVersion,
    os_variant: sources.osVariant,
    supervisor_version: sources.supervisorVersion,
    provisioning_progress: null,
    provisioning_state: rebootReasons.length === 0 ? '' : `Reboot needed: ${rebootReasons.join(', ')}`,
    ip_address: addresses.ip.join(' '),
    mac_address: addresses.mac.join(' '),
    api_port: sources.apiPort,
    api_secret: sources.apiSecret,
    ...(metrics === null ? {} : reportMetrics(metrics)),
    ...(localMode || !state.observed ? {} : { apps: reportApps(target, state) }),
  };
}

/** The status of the device, in the documented words of `GET /v1/device`; the first that applies to a service. */
const AT_WORK: readonly ServiceStatus[] = ['Downloading', 'Installing', 'Starting', 'Stopping'];

function deviceStatus({ apps }: DeviceState): string {
  const statuses = new Set(apps.flatMap(({ services }) => services.map(({ status }) => status)));
  const isStarting = apps.some(
    ({ updateStatus, services }) => updateStatus === 'applying changes' && services.some(hasNotStarted),
  );
  return AT_WORK.find((status) => statuses.has(status)) ?? (isStarting ? 'Starting' : 'Idle');
}

/** There is a container, which did not start (yet): its start failed, or waits for another service. */
function hasNotStarted({ status }: ServiceState): boolean {
  return status === 'Installed';
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
  // The cloud keeps the last reported release, unless the report says that there is none.
  if (release === null) return { release_uuid: '', releases: {} };
  return {
    ...(runs(release, state) ? { release_uuid: release.commit } : {}),
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

/** Whether every service of the release has started. Until then the cloud keeps the release that was reported last. */
function runs({ commit, services }: TargetRelease, state: AppState): boolean {
  if (state.commit !== commit) return false;
  return state.services.every((service) => {
    const { running = true } = services[service.name] ?? {};
    return !running || (!hasNotStarted(service) && service.status !== 'restarting');
  });
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

import type { TargetService } from '@device-supervisor/state';
import type { DeviceRequest, Mount } from '../container-config.ts';
import type { DeviceFacts } from './device-facts.ts';
import type { FindingCollector } from './findings.ts';
import { toMap } from './list-or-map.ts';
import { EXTRA_FIRMWARE_VOLUME, isTruthy, SUPERVISOR_NETWORK, withCurrentLabels } from './names.ts';

/** The effects of the labels `io.balena.features.*` of a service. */
export interface Features {
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that the service's own take precedence over. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** Engine names of the volumes among them. */
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly deviceRequests: readonly DeviceRequest[];
}

export interface FeatureContext {
  readonly device: DeviceFacts;
  /** Key of this service for the supervisor's API; a secret. `null`: it has none yet. */
  readonly supervisorApiKey: string | null;
  readonly usesHostNetwork: boolean;
  readonly findings: FindingCollector;
}

/** Where `supervisor0` is reached from inside a container. */
export const SUPERVISOR_GATEWAY = '10.114.104.1';

type Feature = (context: FeatureContext) => Partial<Features>;

const ENGINE_SOCKET_IN_CONTAINER = '/host/run/balena-engine.sock';

const FEATURES: Readonly<Record<string, Feature>> = {
  'supervisor-api': supervisorApi,
  'balena-api': ({ device }) => ({
    environment: both({ API_KEY: device.deviceApiKey, API_URL: device.apiEndpoint ?? '' }),
  }),
  'balena-socket': ({ device }) => ({
    mounts: [...new Set([ENGINE_SOCKET_IN_CONTAINER, device.engineSocket, '/var/run/balena.sock'])].map((target) =>
      bind(device.engineSocket, target),
    ),
    defaults: { DOCKER_HOST: `unix://${ENGINE_SOCKET_IN_CONTAINER}` },
  }),
  dbus: () => ({ mounts: [bind('/run/dbus', '/host/run/dbus')] }),
  'journal-logs': () => ({
    mounts: ['/var/log/journal', '/run/log/journal', '/etc/machine-id'].map((path) => bind(path, path, true)),
  }),
  'kernel-modules': ({ device, findings }) =>
    hostDirectory('/lib/modules', device.hasKernelModules, { label: 'kernel-modules', findings }),
  firmware: ({ device, findings }) =>
    hostDirectory('/lib/firmware', device.hasFirmware, { label: 'firmware', findings }),
  sysfs: () => ({ mounts: [bind('/sys', '/sys')] }),
  procfs: () => ({ mounts: [bind('/proc', '/proc')] }),
  gpu: () => ({ deviceRequests: [{ driver: '', count: 1, deviceIds: [], capabilities: [['gpu']], options: {} }] }),
  'extra-firmware': () => ({
    mounts: [{ type: 'volume', source: EXTRA_FIRMWARE_VOLUME, target: '/extra-firmware', readOnly: false }],
    volumes: [EXTRA_FIRMWARE_VOLUME],
  }),
  // The check of contracts explains it.
  optional: () => ({}),
  'host-os.board-rev': ({ device }) => ({
    environment: both({ HOST_OS_BOARD_REV: device.hostBoardRevision, HOST_OS_BUILD: device.hostBoardRevision }),
  }),
};

/** The field's names of a feature that go by another now. */
const FORMER_NAMES: Readonly<Record<string, string>> = { 'resin-api': 'balena-api' };

/** Reads the feature labels of a service. */
export function readFeatures(labels: Readonly<Record<string, string>>, context: FeatureContext): Features {
  const granted = Object.entries(withCurrentLabels(labels))
    .filter(([name, value]) => name.startsWith('io.balena.features.') && isTruthy(value))
    .map(([name]) => name.slice('io.balena.features.'.length))
    .map((name) => FORMER_NAMES[name] ?? name)
    .sort();
  const parts = [...new Set(granted)].map((name) => {
    const feature = Object.hasOwn(FEATURES, name) ? FEATURES[name] : undefined;
    if (feature !== undefined) return feature(context);
    const label = `io.balena.features.${name}`;
    context.findings.notice('labels', `${label} has no effect: this supervisor has no such feature`);
    return {};
  });
  return {
    environment: merge(parts.map((part) => part.environment)),
    defaults: merge(parts.map((part) => part.defaults)),
    mounts: parts.flatMap((part) => part.mounts ?? []),
    volumes: parts.flatMap((part) => part.volumes ?? []),
    networks: parts.flatMap((part) => part.networks ?? []),
    deviceRequests: parts.flatMap((part) => part.deviceRequests ?? []),
  };
}

type Variables = Readonly<Record<string, string>>;

function merge(parts: readonly (Variables | undefined)[]): Variables {
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part ?? {})));
}

/** All labels of a service: those of the target take precedence over those of the compose file. */
export function serviceLabels({
  labels,
  composition,
}: Pick<TargetService, 'labels' | 'composition'>): Record<string, string> {
  return { ...toMap(composition.labels), ...labels };
}

/** Does the service ask for a key to the supervisor's API? */
export function wantsSupervisorApi(labels: Readonly<Record<string, string>>): boolean {
  return isTruthy(withCurrentLabels(labels)['io.balena.features.supervisor-api']);
}

/** Does the service mount the volume of firmware that all apps share? */
export function wantsExtraFirmware(labels: Readonly<Record<string, string>>): boolean {
  return isTruthy(withCurrentLabels(labels)['io.balena.features.extra-firmware']);
}

function supervisorApi({ device, supervisorApiKey, usesHostNetwork, findings }: FeatureContext): Partial<Features> {
  if (supervisorApiKey === null) {
    findings.problem('labels', 'io.balena.features.supervisor-api is set, and there is no API key for the service');
    return {};
  }
  const host = usesHostNetwork ? '127.0.0.1' : SUPERVISOR_GATEWAY;
  const variables = {
    SUPERVISOR_API_KEY: supervisorApiKey,
    SUPERVISOR_HOST: host,
    SUPERVISOR_PORT: String(device.apiPort),
    SUPERVISOR_ADDRESS: `http://${host}:${device.apiPort}`,
  };
  return { environment: both(variables), networks: usesHostNetwork ? [] : [SUPERVISOR_NETWORK] };
}

function hostDirectory(
  path: string,
  exists: boolean,
  { label, findings }: { label: string; findings: FindingCollector },
): Partial<Features> {
  if (exists) return { mounts: [bind(path, path)] };
  findings.notice('labels', `io.balena.features.${label} has no effect: the host has no ${path}`);
  return {};
}

function bind(source: string, target: string, readOnly: boolean = false): Mount {
  return { type: 'bind', source, target, readOnly };
}

/** The same variables under the present prefix and the field's former one. */
export function both(variables: Readonly<Record<string, string>>): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    named[`BALENA_${name}`] = value;
    named[`RESIN_${name}`] = value;
  }
  return named;
}

import type { DeviceSettings } from './device-settings.ts';
import { milliseconds, oneOf, wholeNumber, YES_OR_NO, type ValueType } from './value-type.ts';

/** A config variable of fleets and devices. */
export interface ConfigVariable<Value> {
  /** Without the prefix `BALENA_` or `RESIN_`. */
  readonly name: string;
  /** Older names; the present one wins over them. */
  readonly aliases?: readonly string[];
  /** Key of config.json that applies where the target says nothing. */
  readonly configJson?: string;
  /** The source file that reads the setting, from the root of the repository; a test fails when it does not. */
  readonly readBy: string;
  readonly type: ValueType<Value>;
  readonly default: Value;
  /** Does a change take effect at the next boot only? */
  readonly needsReboot: boolean;
  /** One sentence for the people who set it. */
  readonly description: string;
}

export type ConfigVariables = { readonly [Setting in keyof DeviceSettings]: ConfigVariable<DeviceSettings[Setting]> };

/** Every config variable but those of boot configuration. Defaults, checks, reports and the docs page come from here. */
export const CONFIG_VARIABLES: ConfigVariables = {
  pollInterval: {
    name: 'SUPERVISOR_POLL_INTERVAL',
    readBy: 'packages/cloud/src/create-cloud.ts',
    configJson: 'appUpdatePollInterval',
    type: milliseconds(1000),
    default: 900_000,
    needsReboot: false,
    description: 'Time between two questions to the cloud for a new target; the longest delay of a retry.',
  },
  instantUpdateTrigger: {
    name: 'SUPERVISOR_INSTANT_UPDATE_TRIGGER',
    readBy: 'packages/cloud/src/create-cloud.ts',
    type: YES_OR_NO,
    default: true,
    needsReboot: false,
    description: 'Ask for the target right at the start, instead of at some time within the first poll interval.',
  },
  localMode: {
    name: 'SUPERVISOR_LOCAL_MODE',
    readBy: 'packages/device/src/session/targets.ts',
    type: YES_OR_NO,
    default: false,
    needsReboot: false,
    description: 'Take the target from a developer instead of the cloud; on development variants only.',
  },
  connectivityCheck: {
    name: 'SUPERVISOR_CONNECTIVITY_CHECK',
    readBy: 'apps/supervisor/src/managed/connect-cloud.ts',
    type: YES_OR_NO,
    default: true,
    needsReboot: false,
    description: 'Check whether the cloud can be reached, and show it by the LED.',
  },
  logControl: {
    name: 'SUPERVISOR_LOG_CONTROL',
    readBy: 'apps/supervisor/src/managed/open-cloud.ts',
    type: YES_OR_NO,
    default: true,
    needsReboot: false,
    description: 'Send the logs of services to the cloud.',
  },
  apiRequestTimeout: {
    name: 'SUPERVISOR_API_REQUEST_TIMEOUT',
    readBy: 'apps/supervisor/src/managed/connect-cloud.ts',
    configJson: 'apiTimeout',
    type: milliseconds(1000),
    default: 59_000,
    needsReboot: false,
    description: 'Time that a request to the cloud may take.',
  },
  delta: {
    name: 'SUPERVISOR_DELTA',
    readBy: 'packages/device/src/loop/plan-maker.ts',
    type: YES_OR_NO,
    default: false,
    needsReboot: false,
    description: 'Download images as differences to those on the device.',
  },
  deltaRequestTimeout: {
    name: 'SUPERVISOR_DELTA_REQUEST_TIMEOUT',
    readBy: 'packages/cloud/src/deltas/delta-resolver.ts',
    type: milliseconds(1000),
    default: 59_000,
    needsReboot: false,
    description: 'Time that a request for a delta may take.',
  },
  deltaApplyTimeout: {
    name: 'SUPERVISOR_DELTA_APPLY_TIMEOUT',
    readBy: 'packages/cloud/src/deltas/delta-resolver.ts',
    type: milliseconds(0),
    default: 0,
    needsReboot: false,
    description: 'Time that the download of a delta may take, after which the image is fetched whole; 0 is any.',
  },
  deltaRetryCount: {
    name: 'SUPERVISOR_DELTA_RETRY_COUNT',
    readBy: 'packages/cloud/src/deltas/delta-resolver.ts',
    type: wholeNumber(0, 1_000_000),
    default: 30,
    needsReboot: false,
    description: 'How often the cloud is asked again for a delta that it has not made yet.',
  },
  deltaRetryInterval: {
    name: 'SUPERVISOR_DELTA_RETRY_INTERVAL',
    readBy: 'packages/cloud/src/deltas/delta-resolver.ts',
    type: milliseconds(0),
    default: 10_000,
    needsReboot: false,
    description: 'Time between two of these questions.',
  },
  overrideLock: {
    name: 'SUPERVISOR_OVERRIDE_LOCK',
    readBy: 'packages/device/src/loop/loop.ts',
    aliases: ['OVERRIDE_LOCK'],
    type: YES_OR_NO,
    default: false,
    needsReboot: false,
    description: 'Update services also while they hold their update lock.',
  },
  persistentLogging: {
    name: 'SUPERVISOR_PERSISTENT_LOGGING',
    readBy: 'packages/device/src/device-config/config-steps.ts',
    type: YES_OR_NO,
    default: false,
    needsReboot: true,
    description: "Keep the host's journal over reboots.",
  },
  vpnControl: {
    name: 'SUPERVISOR_VPN_CONTROL',
    readBy: 'packages/device/src/device-config/config-steps.ts',
    type: YES_OR_NO,
    default: true,
    needsReboot: false,
    description: "Run the host's VPN to the cloud.",
  },
  firewallMode: {
    name: 'HOST_FIREWALL_MODE',
    readBy: 'packages/device/src/device-config/config-steps.ts',
    type: oneOf(['on', 'off', 'auto']),
    default: 'off',
    needsReboot: false,
    description: 'Let in only what is known to be good; auto: when a service uses the network of the host.',
  },
  hostDiscoverability: {
    name: 'HOST_DISCOVERABILITY',
    readBy: 'packages/device/src/device-config/config-steps.ts',
    type: YES_OR_NO,
    default: true,
    needsReboot: false,
    description: "Announce the host's name in the local network (mDNS).",
  },
  hardwareMetrics: {
    name: 'SUPERVISOR_HARDWARE_METRICS',
    readBy: 'apps/supervisor/src/managed/connect-cloud.ts',
    type: YES_OR_NO,
    default: true,
    needsReboot: false,
    description: 'Report load, memory, temperature and storage.',
  },
};

/** Boot configuration: which variables there are depends on the device. */
export interface BootVariableKind {
  /** e.g. `HOST_CONFIG_<key>`. */
  readonly name: string;
  readonly devices: string;
  readonly needsReboot: boolean;
  readonly description: string;
}

/** For the docs page; what is valid, the package boot-config decides. */
export const BOOT_VARIABLE_KINDS: readonly BootVariableKind[] = [
  {
    name: 'HOST_CONFIG_<key>',
    devices: 'Raspberry Pi and relatives',
    needsReboot: true,
    description:
      'A setting of config.txt; dtparam, dtoverlay, device_tree_param, device_tree_overlay and gpio as "a","b".',
  },
  {
    name: 'HOST_CONFIG_power_mode',
    devices: 'Jetson Orin',
    needsReboot: true,
    description: 'Power mode.',
  },
  {
    name: 'HOST_CONFIG_fan_profile',
    devices: 'Jetson Orin',
    needsReboot: false,
    description: 'Profile of the fan.',
  },
  {
    name: 'HOST_EXTLINUX_isolcpus',
    devices: 'Jetson, some i.MX 8',
    needsReboot: true,
    description: 'Cores that the kernel leaves alone, e.g. 2,3.',
  },
  {
    name: 'HOST_EXTLINUX_fdt',
    devices: 'Jetson, some i.MX 8',
    needsReboot: true,
    description: 'File of the device tree, e.g. /boot/my.dtb.',
  },
  {
    name: 'HOST_ODMDATA_configuration',
    devices: 'Jetson TX2',
    needsReboot: true,
    description: 'Use of the lanes, from 1 to 6.',
  },
  {
    name: 'HOST_CONFIGFS_ssdt',
    devices: 'UP board',
    needsReboot: true,
    description: 'Tables of ACPI to load, as "a","b".',
  },
  {
    name: 'HOST_SPLASH_image',
    devices: 'all with a splash screen',
    needsReboot: true,
    description: 'Image to show at boot: a PNG in base64.',
  },
];

/** Prefixes of the variables of boot configuration. */
export const BOOT_VARIABLE_PREFIXES: readonly string[] = [
  'HOST_CONFIG_',
  'HOST_EXTLINUX_',
  'HOST_ODMDATA_',
  'HOST_CONFIGFS_',
  'HOST_SPLASH_',
];

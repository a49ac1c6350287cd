import { SupervisorError } from '@device-supervisor/errors';
import * as z from 'zod';
import { LOG_LEVELS, type LogFormat, type LogLevel } from './log/create-logger.ts';

/** How the program is set up; read from the environment once, at start. Paths are absolute. */
export interface SupervisorConfig {
  /** The host's root file system as we see it. */
  readonly rootMount: string;
  readonly bootMount: string;
  readonly stateMount: string;
  readonly configJsonPath: string;
  readonly osReleasePath: string;
  readonly databasePath: string;
  /** e.g. `unix:///var/run/docker.sock`; `null`: the first of the usual sockets that exists. */
  readonly engineEndpoint: string | null;
  /** Whether the machine is a device of ours, whose units, firewall, boot configuration and power we control. */
  readonly controlsHost: boolean;
  /** D-Bus address of the system bus. */
  readonly busAddress: string;
  /** File in which the kernel names this boot. */
  readonly bootIdPath: string;
  /** Directory in which the VPN says that it is connected. */
  readonly vpnStatusPath: string;
  /** Brightness of the LED by which the device is found. */
  readonly ledFile: string;
  /** Directory with an entry for each network interface. */
  readonly macAddressPath: string;
  readonly dataMount: string;
  /** `null`: what config.json says, else the default. */
  readonly listenPort: number | null;
  /** Addresses of ours on which connections are taken; `null`: all of them. */
  readonly listenAddresses: readonly string[] | null;
  /** Do clients need a key in local mode too? */
  readonly alwaysRequireKey: boolean;
  /** May services mount paths of the host? */
  readonly allowsHostPaths: boolean;
  /** Prefix of the container's own files that `boot` prepares; empty: its root. */
  readonly containerRoot: string;
  /** The service for image deltas, where config.json names none. */
  readonly deltaEndpoint: string | null;
  /** PEM of a certificate authority that is trusted besides that of config.json. */
  readonly rootCertificate: string | null;
  /** Whether systemd runs us as a unit that tells it how it is. */
  readonly notifiesSystemd: boolean;
  /** Milliseconds after which systemd restarts a unit that has said nothing; `null`: never. */
  readonly watchdogInterval: number | null;
  readonly logLevel: LogLevel;
  /** `null`: for a person on a terminal, else for programs. */
  readonly logFormat: LogFormat | null;
}

/** An environment variable has a value that cannot be used. */
export class ConfigError extends SupervisorError<'CONFIG_INVALID', { variable: string }> {
  constructor(variable: string, reason: string) {
    super('CONFIG_INVALID', `environment variable ${variable} ${reason}`, { details: { variable } });
  }
}

const Path = z.string().startsWith('/', 'must be an absolute path');
/** Variables that are set to nothing count as not set. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const Environment = z.object({
  ROOT_MOUNTPOINT: optional(Path),
  BOOT_MOUNTPOINT: optional(Path),
  CONFIG_MOUNT_POINT: optional(Path),
  HOST_OS_VERSION_PATH: optional(Path),
  DATABASE_PATH: optional(Path),
  DOCKER_HOST: optional(
    z.string().regex(/^(unix|tcp|https?):\/\//, 'must begin with unix://, tcp://, http:// or https://'),
  ),
  DOCKER_SOCKET: optional(Path),
  LISTEN_PORT: optional(z.coerce.number('must be a port number').int('must be a port number').min(0).max(65_535)),
  LISTEN_ADDRESSES: optional(z.string()),
  STATE_MOUNTPOINT: optional(Path),
  HOST_CONTROL: optional(z.enum(['on', 'off'], "must be 'on' or 'off'")),
  DBUS_SYSTEM_BUS_ADDRESS: optional(z.string()),
  BOOT_ID_PATH: optional(Path),
  VPN_STATUS_PATH: optional(Path),
  LED_FILE: optional(Path),
  MAC_ADDRESS_PATH: optional(Path),
  DATA_MOUNTPOINT: optional(Path),
  REQUIRE_API_KEY: optional(z.enum(['0', '1'], 'must be 0 or 1')),
  HOST_PATHS: optional(z.enum(['allow', 'refuse'], "must be 'allow' or 'refuse'")),
  CONTAINER_ROOT: optional(Path),
  DELTA_ENDPOINT: optional(z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })),
  BALENA_ROOT_CA: optional(z.string()),
  NOTIFY_SOCKET: optional(z.string()),
  WATCHDOG_USEC: optional(z.coerce.number('must be a number').positive('must be positive')),
  LOG_LEVEL: optional(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)),
  LOG_FORMAT: optional(z.enum(['human', 'json'], "must be 'human' or 'json'")),
});

/**
 * Reads the variables that the supervisor uses; `apps/supervisor/README.md` lists them.
 *
 * @throws ConfigError naming the variable
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): SupervisorConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(String(issue?.path[0] ?? ''), issue?.message ?? 'is not valid');
  }
  const variables = parsed.data;
  const rootMount = variables.ROOT_MOUNTPOINT ?? '/mnt/root';
  const bootMount = variables.BOOT_MOUNTPOINT ?? '/mnt/boot';
  return {
    rootMount,
    bootMount,
    stateMount: variables.STATE_MOUNTPOINT ?? '/mnt/state',
    configJsonPath: variables.CONFIG_MOUNT_POINT ?? `${bootMount}/config.json`,
    osReleasePath: variables.HOST_OS_VERSION_PATH ?? `${rootMount === '/' ? '' : rootMount}/etc/os-release`,
    databasePath: variables.DATABASE_PATH ?? '/data/database.sqlite',
    engineEndpoint:
      variables.DOCKER_HOST ?? (variables.DOCKER_SOCKET === undefined ? null : `unix://${variables.DOCKER_SOCKET}`),
    controlsHost: variables.HOST_CONTROL !== 'off',
    busAddress: variables.DBUS_SYSTEM_BUS_ADDRESS ?? 'unix:path=/run/dbus/system_bus_socket',
    bootIdPath: variables.BOOT_ID_PATH ?? '/proc/sys/kernel/random/boot_id',
    vpnStatusPath: variables.VPN_STATUS_PATH ?? `${rootMount === '/' ? '' : rootMount}/run/openvpn/vpn_status`,
    ledFile: variables.LED_FILE ?? '/sys/class/leds/led0/brightness',
    macAddressPath: variables.MAC_ADDRESS_PATH ?? '/sys/class/net',
    dataMount: variables.DATA_MOUNTPOINT ?? '/mnt/data',
    listenPort: variables.LISTEN_PORT ?? null,
    listenAddresses:
      variables.LISTEN_ADDRESSES?.split(',')
        .map((address) => address.trim())
        .filter((address) => address !== '') ?? null,
    alwaysRequireKey: variables.REQUIRE_API_KEY === '1',
    allowsHostPaths: variables.HOST_PATHS === 'allow',
    containerRoot: variables.CONTAINER_ROOT ?? '',
    deltaEndpoint: variables.DELTA_ENDPOINT ?? null,
    rootCertificate: variables.BALENA_ROOT_CA === undefined ? null : pemOf(variables.BALENA_ROOT_CA),
    notifiesSystemd: variables.NOTIFY_SOCKET !== undefined,
    watchdogInterval: variables.WATCHDOG_USEC === undefined ? null : variables.WATCHDOG_USEC / 1000,
    logLevel: variables.LOG_LEVEL ?? 'info',
    logFormat: variables.LOG_FORMAT ?? null,
  };
}

/** Hosts pass certificates as they are, or in base64. */
function pemOf(text: string): string {
  return text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
}

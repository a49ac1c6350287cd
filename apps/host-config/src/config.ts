import { isAbsolute, join } from 'node:path';
import { SupervisorError } from '@device-supervisor/errors';

/** Where the host is; read from the environment once, at start. The variables are those of the supervisor. */
export interface HostLocation {
  /** The host's root file system as we see it. */
  readonly rootMount: string;
  readonly bootMount: string;
  readonly configJsonPath: string;
  /** Of the system bus. */
  readonly busAddress: string;
}

/** A variable of the environment has a value that means nothing. */
export class ConfigError extends SupervisorError<'CONFIG_INVALID', { variable: string }> {
  constructor(variable: string) {
    super('CONFIG_INVALID', `environment variable ${variable} must be an absolute path`, { details: { variable } });
  }
}

/** @throws ConfigError naming the variable */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): HostLocation {
  const path = (variable: string, fallback: string): string => {
    // One that is set to nothing counts as not set.
    const value = environment[variable] || fallback;
    if (!isAbsolute(value)) throw new ConfigError(variable);
    return value;
  };
  const bootMount = path('BOOT_MOUNTPOINT', '/mnt/boot');
  return {
    rootMount: path('ROOT_MOUNTPOINT', '/mnt/root'),
    bootMount,
    configJsonPath: path('CONFIG_MOUNT_POINT', join(bootMount, 'config.json')),
    busAddress: environment['DBUS_SYSTEM_BUS_ADDRESS'] || 'unix:path=/run/dbus/system_bus_socket',
  };
}

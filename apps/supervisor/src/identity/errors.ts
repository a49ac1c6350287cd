import { SupervisorError } from '@device-supervisor/errors';

/** The directory of the boot partition is absent or empty: nothing is mounted there. */
export class BootPartitionMissingError extends SupervisorError<'BOOT_PARTITION_MISSING', { path: string }> {
  constructor(path: string, cause?: unknown) {
    super('BOOT_PARTITION_MISSING', `the boot partition is not mounted at ${path}: there is no file in it`, {
      details: { path },
      hint: 'Mount it there, or name its directory in BOOT_MOUNTPOINT. On a machine that is no device, set HOST_CONTROL=off',
      cause,
    });
  }
}

/** config.json names a cloud, or a device, in a way that cannot be used. Running without one would open the API. */
export class UnusableConfigError extends SupervisorError<
  'CONFIG_JSON_UNUSABLE',
  { readonly path: string; readonly key: string }
> {
  constructor(path: string, key: string, reason: string) {
    super('CONFIG_JSON_UNUSABLE', `${key} in ${path} ${reason}`, {
      details: { path, key },
      hint: `Correct ${key}. A device is unmanaged only when the key is absent`,
    });
  }
}

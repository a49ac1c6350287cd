/** What {@link createHostConfig} needs from the host, besides its files. */
export interface HostConfigPorts {
  readonly configJson: HostConfigJson;
  readonly units: HostUnits;
  readonly locks: DeviceUpdateLocks;
}

/** config.json, which has the name that is to be; that of `@device-supervisor/config-json` fits. */
export interface HostConfigJson {
  read(): Promise<{ readonly config: { readonly hostname?: string | undefined; readonly uuid?: string | undefined } }>;
  /** Stores it so that no power cut costs the file. */
  update(patch: { readonly hostname: string }): Promise<unknown>;
}

/**
 * The units of the host's systemd, as `@device-supervisor/systemd` implements them. Calls reject when the bus does not
 * answer, and with an error whose code is `UNIT_NOT_FOUND` when the unit does not exist.
 */
export interface HostUnits {
  /** `partOf`: the units that stop and restart it with them. */
  state(unit: string): Promise<{ readonly partOf: readonly string[] }>;
  /** Resolves when it has been restarted; rejects when that fails. */
  restart(unit: string): Promise<void>;
}

/** The update locks of the services of all apps. */
export interface DeviceUpdateLocks {
  /** Takes all of them, or none. Waits a while for operations of ours, never for services. */
  acquireAll(request: ForceOptions): Promise<DeviceLockResult>;
}

/**
 * - `held`: services hold locks
 * - `busy`: an operation of ours on an app did not end in time
 */
export type DeviceLockResult = { readonly status: 'acquired'; readonly lease: AsyncDisposable } | DeviceLockRefusal;

export type DeviceLockRefusal =
  | { readonly status: 'held'; readonly holders: readonly UpdateLockHolder[] }
  | { readonly status: 'busy'; readonly appId: number };

export interface UpdateLockHolder {
  readonly appId: number;
  readonly service: string;
}

export interface ForceOptions {
  /** Take locks that services hold, too. */
  readonly force: boolean;
  /** Those of this app's services alone. Default: of all apps. */
  readonly forcedApp?: number | undefined;
}

/** What {@link createHostConfig} needs from the host, besides its files. */
export interface HostConfigPorts {
  readonly configJson: HostnameSetting;
  readonly units: HostUnits;
  readonly locks: DeviceUpdateLocks;
}

/** The name that config.json asks for. */
export interface HostnameSetting {
  read(): Promise<{ readonly hostname?: string | undefined; readonly uuid?: string | undefined }>;
  /** Stores it so that no power cut costs the file. */
  setHostname(name: string): Promise<void>;
}

/** The units of the host's systemd. Every call rejects when nobody answers on the bus. */
export interface HostUnits {
  /** Units that stop and restart it with them (`PartOf=`); `null`: there is no such unit. */
  partOf(unit: string): Promise<readonly string[] | null>;
  /** Resolves when it has been restarted; rejects when that fails. */
  restart(unit: string): Promise<void>;
}

/** The update locks of the services of all apps. */
export interface DeviceUpdateLocks {
  /** Takes all of them, or none. Waits a while for operations of ours, never for services. */
  acquireAll(request: { readonly force: boolean }): Promise<DeviceLockResult>;
}

export type DeviceLockResult =
  | { readonly status: 'acquired'; readonly lease: AsyncDisposable }
  | { readonly status: 'held'; readonly holders: readonly UpdateLockHolder[] };

export interface UpdateLockHolder {
  readonly appId: number;
  readonly service: string;
}

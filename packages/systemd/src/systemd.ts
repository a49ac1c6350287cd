import type { PowerAction } from './errors.ts';

/** The supervisor's port to the host's system services. */
export interface Systemd extends AsyncDisposable {
  readonly units: Units;
  readonly power: HostPower;
  readonly hostName: HostName;
}

/**
 * Units of the host's systemd. Every method rejects with {@link UnitNotFoundError}, {@link AccessDeniedError},
 * {@link ServiceUnavailableError}, {@link BusUnavailableError}, {@link CallTimedOutError} or {@link BusCallError}.
 */
export interface Units {
  /** @param unit with its suffix, e.g. `redsocks.service` */
  state(unit: string): Promise<UnitState>;
  /**
   * Resolves when it has started, also when it ran before.
   * @throws {@link UnitJobError}
   */
  start(unit: string): Promise<void>;
  /**
   * Resolves when it has stopped, also when it did not run.
   * @throws {@link UnitJobError}
   */
  stop(unit: string): Promise<void>;
  /**
   * Stops it if it runs; resolves when it has started. Like `start`, it ignores systemd's limit for repeated starts.
   * @throws {@link UnitJobError}
   */
  restart(unit: string): Promise<void>;
}

export interface UnitState {
  /** `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`, or what newer versions may add. */
  readonly activeState: string;
  /** Depends on the kind of unit, e.g. `running`, `exited`, `dead`. */
  readonly subState: string;
  /** Units whose stop or restart this unit takes part in. */
  readonly partOf: readonly string[];
  /** 32 hex digits, others each time it starts; `null`: it has not started in this boot. */
  readonly invocationId: string | null;
}

/**
 * `reboot` and `powerOff` resolve when the host has agreed: it then goes down within moments.
 * @throws {@link HostGoingDownError} when it does so already
 */
export interface HostPower {
  /**
   * Asks whether the host would do it, and changes nothing.
   * @throws {@link PowerRefusedError}
   */
  check(action: PowerAction): Promise<void>;
  reboot(): Promise<void>;
  powerOff(): Promise<void>;
}

/** The name of the host. Not every host has the service: then {@link ServiceUnavailableError}. */
export interface HostName {
  /** The name in use, and the configured one (empty: none). */
  get(): Promise<{ readonly current: string; readonly static: string }>;
  /** Configures it, and puts it in use. */
  set(name: string): Promise<void>;
}

/** Units of the host's systemd, as far as they are switched on and off. */
export interface HostUnits {
  /** Rejects with an error whose code is `UNIT_NOT_FOUND` when the host has no such unit. */
  state(unit: string): Promise<HostUnitState>;
  /** Resolves when it has started; that may take minutes. */
  start(unit: string): Promise<void>;
  stop(unit: string): Promise<void>;
}

export interface HostUnitState {
  /** systemd's word, e.g. `active`, `activating`, `inactive`, `failed`. */
  readonly activeState: string;
}

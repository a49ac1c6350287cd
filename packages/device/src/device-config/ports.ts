import type { FirewallModes } from '../ports.ts';
import type { UnitSwitch } from '../host/unit-switch.ts';
import type { DeviceConfigVariables } from '../settings/resolve-device-config.ts';

/** The device's boot configuration. */
export interface BootConfiguration {
  /** The values that are set, by variable. */
  read(): Promise<DeviceConfigVariables>;
  /** What `write` would change now. */
  plan(target: DeviceConfigVariables): Promise<BootConfigurationPlan>;
  /** Sets what differs, and nothing when nothing does. Rejects when nothing of it could be done. */
  write(target: DeviceConfigVariables): Promise<BootConfigurationResult>;
}

/** The result of a plan. */
export interface BootConfigurationResult extends BootConfigurationPlan {
  /** Why some of it was not done; another attempt may succeed. */
  readonly failures: readonly Error[];
}

export interface BootConfigurationPlan {
  readonly changes: readonly { readonly variable: string }[];
  readonly needsReboot: boolean;
  /**
   * Variables that cannot be set; what is set stays. `unsupported`: on devices of this type; `unkept`: it read back as
   * something else than was written.
   */
  readonly problems: readonly {
    readonly variable: string;
    readonly kind: 'invalid' | 'unsupported' | 'unkept';
    readonly message: string;
  }[];
}

/** Whether the host keeps its journal over reboots: a setting of the host that it follows at a boot. */
export interface PersistentLogging {
  read(): Promise<boolean>;
  write(on: boolean): Promise<void>;
}

/** A reboot that comes when nothing else is left to do. */
export interface RebootSchedule {
  /** Why one is to come; empty: none is. */
  readonly reasons: readonly string[];
  schedule(reason: string): Promise<void>;
  /** Takes a reason back, because what it stood for was not done. */
  cancel(reason: string): Promise<void>;
}

/** The parts of the host that the configuration is about. */
export interface ConfigurableHost {
  readonly bootConfig: BootConfiguration;
  readonly persistentLogging: PersistentLogging;
  readonly vpn: UnitSwitch;
  readonly discoverability: UnitSwitch;
  readonly firewall: FirewallModes;
  readonly reboot: RebootSchedule;
  /** Port of our own API, which the firewall protects. */
  readonly apiPort: number;
}

import type { FirewallMode } from '../ports.ts';

/** Settings of a fleet or device, beyond its apps. Durations are in milliseconds. */
export interface DeviceSettings {
  readonly pollInterval: number;
  readonly instantUpdateTrigger: boolean;
  readonly localMode: boolean;
  readonly connectivityCheck: boolean;
  readonly logControl: boolean;
  readonly apiRequestTimeout: number;
  readonly delta: boolean;
  readonly deltaRequestTimeout: number;
  /** 0: none. */
  readonly deltaApplyTimeout: number;
  readonly deltaRetryCount: number;
  readonly deltaRetryInterval: number;
  readonly overrideLock: boolean;
  readonly persistentLogging: boolean;
  readonly vpnControl: boolean;
  readonly firewallMode: FirewallMode;
  readonly hostDiscoverability: boolean;
  readonly hardwareMetrics: boolean;
}

/** Settings of config.json, for those that the target does not set. */
export type LocalSettings = Partial<Pick<DeviceSettings, 'pollInterval' | 'apiRequestTimeout'>>;

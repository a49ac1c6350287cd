import type { DeviceSettings, LocalSettings } from './device-settings.ts';
import { resolveDeviceConfig, type DeviceConfigVariables } from './resolve-device-config.ts';

/** The one owner of the settings: a setting is read here at the moment of its use. */
export interface Settings {
  /** As they are now: of the target, else of config.json, else the defaults. */
  readonly current: DeviceSettings;
  /** Takes over the configuration of another target. */
  adopt(config: DeviceConfigVariables): void;
}

export function createSettings(local: LocalSettings = {}): Settings {
  let current = resolveDeviceConfig({}, local).settings;
  return {
    get current() {
      return current;
    },
    adopt(config) {
      current = resolveDeviceConfig(config, local).settings;
    },
  };
}

export {
  acquireDeviceLocks,
  type DeviceLease,
  type DeviceLockRequest,
  type DeviceLockResult,
} from './locks/acquire-device-locks.ts';
export type { ApplyOptions, CloudTargetOptions, Device, DeviceEvent, DeviceHealth } from './device.ts';
export { systemMessage } from './events/system-messages.ts';
export type { AppState, DeviceState, ImageState, ServiceState } from './state/device-state.ts';
export {
  ActionFailedError,
  AppNotFoundError,
  NotInLocalModeError,
  ServiceNotFoundError,
  UpdatesLockedError,
} from './errors.ts';
export { createDevice } from './create-device.ts';
export type { DeviceDependencies } from './device-dependencies.ts';
export type { Clock } from '@device-supervisor/primitives';
export type {
  DeviceEngine,
  DeviceLocks,
  DeviceStore,
  EngineEvent,
  FirewallMode,
  FirewallModes,
  FirewallSituation,
  LockedApp,
  ObserveRequest,
  TargetSource,
} from './ports.ts';
export type { ImageStorage } from './downloads/image-storage.ts';
export type {
  Delta,
  DeltaQuestion,
  DeltaResolver,
  RegistryAuth,
  RegistryCredentials,
} from './downloads/registry-ports.ts';
export type { HostUnits } from './host/ports.ts';
export { createDiscoverability, createVpnControl } from './host/host-switches.ts';
export type { UnitSwitchDependencies } from './host/unit-switch.ts';
export { createPower, type Power } from './power/create-power.ts';
export { openRebootAfterApply, type RebootAfterApply } from './power/reboot-after-apply.ts';
export type { PowerAction } from './power/ports.ts';
export { createDeviceConfig, type DeviceConfig } from './device-config/device-config.ts';
export type { DeviceSettings, LocalSettings } from './settings/device-settings.ts';
export { createSettings, type Settings } from './settings/settings.ts';
export { BOOT_VARIABLE_KINDS, CONFIG_VARIABLES } from './settings/config-variables.ts';

export {
  DEFAULT_SETTINGS,
  formatSettings,
  resolveDeviceConfig,
  undeclaredConfig,
  type DeviceConfigVariables,
} from './settings/resolve-device-config.ts';

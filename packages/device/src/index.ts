export {
  acquireDeviceLocks,
  type DeviceLease,
  type DeviceLockRequest,
  type DeviceLockResult,
} from './locks/acquire-device-locks.ts';
export type { ApplyOptions, Device, DeviceEvent, DeviceHealth, UpdateOptions } from './device.ts';
export { systemMessage, type SystemMessage } from './events/system-messages.ts';
export type { AppState, DeviceState, ImageState, ServiceState } from './state/device-state.ts';
export {
  ActionCancelledError,
  ActionFailedError,
  AppNotFoundError,
  NotInLocalModeError,
  ServiceNotFoundError,
  UpdatesLockedError,
} from './errors.ts';
export { createDevice } from './create-device.ts';
export type { DeviceDependencies } from './device-dependencies.ts';
export type {
  Clock,
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
export { formatDelay } from './loop/backoff.ts';
export type {
  Delta,
  DeltaQuestion,
  DeltaResolver,
  RegistryAuth,
  RegistryCredentials,
} from './downloads/registry-ports.ts';
export type { HostUnits, HostUnitState } from './host/ports.ts';
export { createDiscoverability, createVpnControl } from './host/host-switches.ts';
export type { SwitchOutcome, SwitchState, UnitSwitch, UnitSwitchDependencies } from './host/unit-switch.ts';
export { createPower, type Power, type PowerDependencies, type PowerOptions } from './power/create-power.ts';
export {
  openRebootAfterApply,
  type RebootAfterApply,
  type RebootAfterApplyDependencies,
} from './power/reboot-after-apply.ts';
export type { HostUpdateBreadcrumbs, PowerAction, PowerHost, RebootBreadcrumb } from './power/ports.ts';
export {
  DeviceBusyError,
  HostUpdateInProgressError,
  PowerActionInProgressError,
  StillUpError,
} from './power/errors.ts';
export {
  createDeviceConfig,
  type ConfigCircumstances,
  type ConfigOutcome,
  type DeviceConfig,
  type DeviceConfigDependencies,
  type PendingConfig,
} from './device-config/device-config.ts';
export type { ConfigStepName } from './device-config/config-steps.ts';
export type { DeviceSettings, LocalSettings } from './settings/device-settings.ts';
export { createSettings, type Settings } from './settings/settings.ts';
export { BOOT_VARIABLE_KINDS, CONFIG_VARIABLES } from './settings/config-variables.ts';
export type {
  BootConfiguration,
  BootConfigurationPlan,
  ConfigurableHost,
  PersistentLogging,
  RebootSchedule,
} from './device-config/ports.ts';
export {
  DEFAULT_SETTINGS,
  formatSettings,
  resolveDeviceConfig,
  undeclaredConfig,
  type ConfigProblem,
  type DeviceConfigVariables,
  type ResolvedDeviceConfig,
} from './settings/resolve-device-config.ts';

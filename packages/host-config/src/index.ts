export {
  createHostConfig,
  type HostConfigChange,
  type HostConfigDependencies,
  type HostConfigPaths,
  type HostConfiguration,
} from './create-host-config.ts';
export type { HostConfig, ProxyConfig, ProxySettings, ProxyType } from './host-config.ts';
export type {
  DeviceLockResult,
  DeviceUpdateLocks,
  HostConfigPorts,
  HostnameSetting,
  HostUnits,
  UpdateLockHolder,
} from './ports.ts';
export {
  HostConfigInvalidError,
  HostFileError,
  HostUnitError,
  ProxyFileDamagedError,
  UpdatesLockedError,
  type HostConfigProblem,
} from './errors.ts';

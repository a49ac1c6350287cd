export {
  createHostConfig,
  type HostConfigChange,
  type HostConfigDependencies,
  type HostConfiguration,
} from './create-host-config.ts';
export { hostConfigPaths, type HostConfigPaths, type HostMounts } from './host-config-paths.ts';
export type { HostConfig, ProxyConfig, ProxySettings, ProxyType } from './host-config.ts';
export type {
  DeviceLockRefusal,
  DeviceLockResult,
  DeviceUpdateLocks,
  HostConfigJson,
  HostConfigPorts,
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

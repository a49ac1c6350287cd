export { createHostConfig, type HostConfigChange, type HostConfiguration } from './create-host-config.ts';
export { hostConfigPaths, type HostConfigPaths } from './host-config-paths.ts';
export type { HostConfig, ProxyConfig, ProxySettings, ProxySettingsPatch, ProxyType } from './host-config.ts';
export { changeRedsocksConf, parseNoProxy, parseRedsocksConf, printNoProxy, printRedsocksConf } from './proxy-files.ts';
export type {
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
  HostConfigLockedError,
} from './errors.ts';

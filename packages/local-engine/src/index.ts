export { resolveEngine, SYSTEM_SOCKETS, type LocalEngine, type ResolveEngineOptions } from './resolve-engine.ts';
export {
  startPrivateEngine,
  type PrivateEngine,
  type PrivateEngineOptions,
} from './private-engine/start-private-engine.ts';
export { listEngineCgroups, removeEngineCgroups } from './private-engine/remove-engine-cgroups.ts';
export { listProcesses, sendSignal, type ProcessInfo } from './private-engine/processes.ts';
export { createCommandRunner, type CommandRunner, type RunOptions } from './command-runner.ts';
export { installDebianPackages, type InstallOptions } from './install-debian-packages.ts';
export { parseEngineEndpoint, formatEngineEndpoint, type EngineEndpoint } from './engine-endpoint.ts';
export {
  CommandFailedError,
  ConfiguredEngineError,
  EngineDirectoryInUseError,
  EngineStartError,
  EngineTracesLeftError,
  EngineUnavailableError,
  NoFreeAddressRangeError,
  PackageInstallError,
  type EngineVariable,
  type InstallFailure,
  type TriedSocket,
  type UnavailableReason,
} from './errors.ts';

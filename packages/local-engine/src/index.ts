export { diagnoseEngine, type EngineDiagnosis } from './diagnose-engine.ts';
export { resolveEngine, type LocalEngine, type ResolveEngineOptions } from './resolve-engine.ts';
export { startPrivateEngine, type PrivateEngine } from './private-engine/start-private-engine.ts';
export { listEngineCgroups, removeEngineCgroups } from './private-engine/remove-engine-cgroups.ts';
export { listProcesses, sendSignal } from './private-engine/processes.ts';
export { runtimeWrapper } from './private-engine/runtime-wrapper.ts';
export { createCommandRunner, type CommandRunner } from './command-runner.ts';
export { installDebianPackages } from './install-debian-packages.ts';
export { parseEngineEndpoint, formatEngineEndpoint } from './engine-endpoint.ts';
export {
  CommandFailedError,
  ConfiguredEngineError,
  EngineDirectoryInUseError,
  EngineStartError,
  EngineTracesLeftError,
  EngineUnavailableError,
  NoFreeAddressRangeError,
  PackageInstallError,
} from './errors.ts';

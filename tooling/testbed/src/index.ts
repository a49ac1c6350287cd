export { startJournal, type TestJournal } from './start-journal.ts';
export { startTestEngine, type TestEngine, type TestEngineOptions } from './start-test-engine.ts';
export {
  startRegistry,
  pushImage,
  type PushedImage,
  type RegistryAccess,
  type RegistryOptions,
  type TestRegistry,
} from './start-registry.ts';
export { startTokenServer, type TokenServer } from './token-server.ts';
export {
  startCloudStub,
  type CloudRequestRecord,
  type CloudStub,
  type CloudStubOptions,
} from './cloud-stub/start-cloud-stub.ts';
export { CLOUD_FAULTS, type CloudFault } from './cloud-stub/faults.ts';
export { requestKind, type RequestKind } from './cloud-stub/request-kind.ts';
export type { Fleet, LogEntry, Release, ReleaseDescription, StubDevice } from './cloud-stub/world.ts';
export { startRegistryProxy, type Fault, type ProxiedRequest, type RegistryProxy } from './registry-proxy.ts';
export { busyboxImage, type BusyboxImageOptions, type TestImage } from './busybox-image.ts';
export { type ImageConfiguration, type ImageHealthcheck } from './dockerfile.ts';
export { connectEngine } from './connect-engine.ts';
export { bundleApps, bundleSupervisor } from './bundle-apps.ts';
export { ensureDebianPackages, TESTBED_PACKAGES } from './ensure-debian-packages.ts';
export { prepareMachine, type PrepareOptions } from './prepare-machine.ts';
export { startDeviceHost } from './device-host/start-device-host.ts';
export type { DeviceHost, DeviceHostOptions, HostUnit, Shutdown } from './device-host/device-host.ts';
export {
  startHttpProxy,
  startMirror,
  startSocksProxy,
  type Credentials,
  type Mirror,
  type RealProxy,
} from './real-proxies.ts';
export { runOnVfat, type VfatRunOptions } from './vfat/run-on-vfat.ts';
export { inspectVfat, type VfatContent } from './vfat/inspect-vfat.ts';
export { createHolds, type Held, type Holds } from './holds.ts';
export { freePort } from './free-port.ts';
export { heapUsed } from './heap-used.ts';
export { waitFor, type WaitOptions } from './wait-for.ts';
export { artefactDirectory, compiledCode, COMPILED_CODE_VARIABLE } from './run-environment.ts';
export { snapshotMachine, type MachineSnapshot } from './machine-snapshot.ts';
export { runInNamespace } from './run-in-namespace.ts';
export {
  DeviceHostCommandError,
  DeviceHostMissingError,
  ImageOperationError,
  NamespacesUnavailableError,
  NotInNamespaceError,
  StreamEndedError,
  TestServiceError,
  WaitTimeoutError,
} from './errors.ts';
export { limitMemory, type MemoryLimit } from './memory-limit.ts';
export { startSupervisor, type SupervisorOptions, type SupervisorProcess } from './supervisor-process.ts';
export { startAppFixture, type AppFixture, type FixtureRelease, type FixtureService } from './app-fixture.ts';
export {
  startCloudFixture,
  type CloudFixture,
  type DeviceProcess,
  type DeviceProcessOptions,
} from './cloud-fixture.ts';
export {
  startFaultyEngine,
  type EngineFault,
  type EngineRequest,
  type FaultyEngine,
  type InjectedFault,
} from './faulty-engine.ts';
export { DELTA_LABELS, startDeltaEngine, type DeltaEngine } from './delta-engine.ts';
export { forwardRequest, type Upstream } from './forward-request.ts';
export { installReference, type InstalledReference } from './reference-install/install-reference.ts';
export {
  readReferenceInstall,
  type ReferenceContainer,
  type ReferenceInstall,
} from './reference-install/reference-install.ts';
export { createAuthority, type Authority } from './authority.ts';
export type { SelfSigned } from './registry-tokens.ts';

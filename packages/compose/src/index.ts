export {
  DEFAULT_CONTAINER_CONFIG,
  type BlkioLimits,
  type ContainerConfig,
  type DeviceRate,
  type DeviceRequest,
  type Healthcheck,
  type Hook,
  type ImageConfig,
  type IpamPool,
  type Mount,
  type NetworkConfig,
  type NetworkEndpoint,
  type PortBinding,
  type Resources,
  type RestartPolicy,
  type UpdatableConfig,
  type VolumeConfig,
} from './container-config.ts';
export { checkContracts } from './contracts/check-contracts.ts';
export type * from './observed.ts';
export type * from './image-size.ts';
export type * from './execute/ports.ts';
export type {
  HeldLock,
  LockLease,
  LockRequest,
  LockResult,
  LockTerms,
  ServiceReference,
  UpdateLocks,
} from '@device-supervisor/update-locks';
export { SecretText } from './secret-text.ts';
export type * from './operation.ts';
export { compareContainers, compareNetworks, compareVolumes, updateInPlace } from './decide/compare.ts';
export { absentAppContainers } from './absent-apps.ts';
export { canonicalReference, imageFinder, type ImageFinder } from './image-reference.ts';

export { isNameOfService, isPredecessorName, nameBeforeHandOver } from './decide/hand-over.ts';
export { plan } from './plan/plan.ts';

export { serviceKey, type ClientRequests, type ContainerRequest, type PlanInput } from './plan-input.ts';
export { planInput, type PlanRequest } from './plan-defaults.ts';
export {
  reconcile,
  type ObservedEngine,
  type ReconcileFailure,
  type ReconcileOptions,
  type ReconcileResult,
} from './reconcile.ts';
export { validateTarget, type TargetFault, type TargetFormat, type TargetVerdict } from './validate-target.ts';
export { formatPlan, type Blocked, type Notice, type Plan } from './plan-output.ts';
export { checkRelease, type ReleaseFinding } from './spec/check-release.ts';
export type { DeviceFacts } from './spec/device-facts.ts';
export { serviceLabels, wantsSupervisorApi } from './spec/feature-labels.ts';

export { withImageDefaults } from './spec/image-defaults.ts';
export {
  EXTRA_FIRMWARE_VOLUME,
  isTruthy,
  LABELS,
  volumeName,
  SUPERVISOR_NETWORK,
  withCurrentLabels,
} from './spec/names.ts';
/** Reads the ids that labels and names on the engine hold. */
export { parseNumericId } from '@device-supervisor/state';
export { cleanPath } from './spec/clean-path.ts';
export { ownEntry } from './spec/own-entry.ts';
export { lockDirectory } from './spec/read-storage.ts';
export { selectServices } from './spec/select-services.ts';
export { isSupervisorNetwork } from './spec/network-spec.ts';
export { specifyService } from './spec/service-spec.ts';
export { CallSlots } from './execute/call-slots.ts';
export { execute, type ExecutionEvent, type OperationResult } from './execute/execute.ts';
export {
  ALL_APPS,
  hasApp,
  isEmptyAppSet,
  NO_APPS,
  onlyApps,
  toAppSet,
  uniteApps,
  withoutApps,
  type AppSet,
} from './app-set.ts';

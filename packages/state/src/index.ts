export {
  FileComposition,
  type HookComposition,
  NetworkComposition,
  ServiceComposition,
  VolumeComposition,
} from './composition.ts';
export { decodeContract, type Requirement } from './contract.ts';
export { decodePreload, type Preload } from './decode-preload.ts';
export { decodeTargetStateV2, targetStateV2Schema } from './decode-target-state-v2.ts';
export { decodeCloudTarget, decodeTargetStateV3, targetStateV3Schema } from './decode-target-state-v3.ts';
export { formatTargetStateV2, type TargetStateV2 } from './format-target-state.ts';
export { formatContainerName, parseContainerName, parseNumericId, type ContainerNameParts } from './identifiers.ts';
export { keepLastGood } from './keep-last-good.ts';
export { AppReport, DeviceReport, ServiceReport } from './state-report.ts';
export type { ServiceStatus, UpdateStatus } from './service-status.ts';
export { targetStateJsonSchema } from './target-state-json-schema.ts';
export { describeIssues, TargetStateError, type TargetStateIssue } from './target-state-error.ts';
export { AppClass, TargetApp, TargetRelease, TargetService, TargetState } from './target-state.ts';

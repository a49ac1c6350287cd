export {
  FileComposition,
  type HookComposition,
  NetworkComposition,
  ServiceComposition,
  VolumeComposition,
} from './composition.ts';
export { decodeContract, type ContractDecoding, type Requirement } from './contract.ts';
export { decodePreload, type Preload } from './decode-preload.ts';
export { decodeTargetStateV2, decodeTargetStateV3 } from './decode-target-state.ts';
export { formatTargetStateV2, type TargetStateV2 } from './format-target-state.ts';
export { AppReport, DeviceReport, ServiceReport } from './state-report.ts';
export type { ServiceStatus, UpdateStatus } from './service-status.ts';
export { TargetStateError, type TargetStateIssue } from './target-state-error.ts';
export { AppClass, TargetApp, TargetRelease, TargetService, TargetState } from './target-state.ts';

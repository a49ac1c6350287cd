export { createCloud, type Cloud, type CloudDependencies, type CloudSettings } from './create-cloud.ts';
export { createDeltaResolver, type DeltaResolverOptions, type DeltaSettings } from './deltas/delta-resolver.ts';
export {
  createCloudHttp,
  type CloudAnswer,
  type CloudHttp,
  type CloudHttpOptions,
  type CloudRequest,
} from './http/cloud-http.ts';
export type { DeviceDescription, Identity, IdentityStore } from './provisioning/identity.ts';
export {
  CloudAnswerInvalidError,
  CloudAnswerTooLongError,
  CloudRefusedError,
  CloudTimeoutError,
  CloudUnreachableError,
  DeltaUnauthorizedError,
  DeviceUnknownError,
  ProvisioningKeyMissingError,
} from './errors.ts';
export { composeReport, type ReportedMetrics, type ReportSources } from './report/compose-report.ts';
export type { ReportMemory } from './report/reporter.ts';

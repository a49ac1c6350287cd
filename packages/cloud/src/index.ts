export { lookupLocalNames } from './http/local-name-lookup.ts';
export { watchConnectivity, type Connectivity, type ConnectivityOptions } from './connectivity/watch-connectivity.ts';
export {
  createCloud,
  type Cloud,
  type CloudDependencies,
  type CloudRequestResult,
  type CloudSettings,
  type CloudTags,
} from './create-cloud.ts';
export { createDeltaResolver, type DeltaResolverOptions, type DeltaSettings } from './deltas/delta-resolver.ts';
export {
  createCloudHttp,
  type CloudAnswer,
  type CloudHttp,
  type CloudHttpOptions,
  type CloudRequest,
} from './http/cloud-http.ts';
export {
  createLogDestination,
  type CloudLogDestination,
  type CloudLogFailure,
  type CloudLogOptions,
} from './logs/log-destination.ts';
export type { CloudLogMessage } from './logs/log-line.ts';
export type { CloudLogStream } from './logs/log-stream.ts';
export type { ConnectorOptions } from './http/connector.ts';
export type { DeviceDescription, Identity, IdentityStore } from './provisioning/identity.ts';
export {
  CloudAnswerInvalidError,
  CloudAnswerTooLongError,
  CloudRefusedError,
  CloudTimeoutError,
  CloudUnreachableError,
  DeltaUnauthorizedError,
  DeviceNotRegisteredError,
  DeviceUnknownError,
  ProvisioningKeyMissingError,
} from './errors.ts';
export { composeReport, type ReportedMetrics, type ReportSources } from './report/compose-report.ts';
export type { ReportMemory } from './report/reporter.ts';
export type { Introduction, IntroductionReason } from './introduction/introduce-device.ts';
export { createPendingTags, type PendingTags, type TagMemory } from './tags/pending-tags.ts';

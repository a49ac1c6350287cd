export { lookupLocalNames } from './http/local-name-lookup.ts';
export { watchConnectivity } from './connectivity/watch-connectivity.ts';
export { createCloud, type Cloud, type CloudRequestResult, type CloudTags } from './create-cloud.ts';
export { createDeltaResolver, type DeltaResolverOptions, type DeltaSettings } from './deltas/delta-resolver.ts';
export { createCloudHttp } from './http/cloud-http.ts';
export { compareClocks, type ClockDoubt } from './http/compare-clocks.ts';
export { createLogDestination } from './logs/log-destination.ts';

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
  TooManyTagsError,
} from './errors.ts';
export { composeReport } from './report/compose-report.ts';
export type { ReportMemory } from './report/reporter.ts';
export type { IntroductionReason } from './introduction/introduce-device.ts';
export { createPendingTags, type TagMemory } from './tags/pending-tags.ts';

export { describeCloud } from './describe-cloud.ts';
export { createDeltaResolver, type DeltaResolverOptions } from './deltas/delta-resolver.ts';
export { DeltaUnauthorizedError } from './errors.ts';

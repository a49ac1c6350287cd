export { createApi, type Api, type ApiDependencies } from './create-api.ts';
export type { ProcessMemory } from './transport/intake.ts';
export {
  ApplicationNotFoundError,
  BodyTooLargeError,
  ContainerNotFoundError,
  InvalidRequestError,
  ListenError,
  LockNotFoundError,
  LockTakenError,
  MethodNotAllowedError,
  OutOfScopeError,
  RequestAbortedError,
  RequestTimeoutError,
  RouteNotFoundError,
  UnauthorizedError,
  UnknownAppError,
} from './errors.ts';
export type { Server } from './transport/listen.ts';
export type * from './ports.ts';
export type { ClientConnection, RequestIdentity } from './routes/route.ts';
export type { Labels, MetricFamily, MetricSource } from './metrics/metric-family.ts';
export { useLightObjects } from './web/use-light-objects.ts';

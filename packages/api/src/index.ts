export { createApi, type Api, type ApiDependencies } from './create-api.ts';
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
export type { ListenOptions, Server } from './transport/listen.ts';
export type * from './ports.ts';
export type { ClientConnection, RequestIdentity } from './routes/route.ts';
export type { Labels, MetricFamily, MetricSource, Sample } from './metrics/metric-family.ts';

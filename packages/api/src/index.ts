export { createApi, type Api, type ApiDependencies } from './create-api.ts';
export {
  ApplicationNotFoundError,
  BodyTooLargeError,
  ContainerNotFoundError,
  InvalidRequestError,
  ListenError,
  MethodNotAllowedError,
  RequestAbortedError,
  RequestTimeoutError,
  RouteNotFoundError,
  UnauthorizedError,
} from './errors.ts';
export type { ListenOptions, Server } from './listen.ts';
export type { ApiKeys, KeyScope, LogMessage, LogRequest, LogStream, LogSubscription } from './ports.ts';

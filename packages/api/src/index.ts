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
export type { ListenOptions, Server } from './transport/listen.ts';
export type * from './ports.ts';

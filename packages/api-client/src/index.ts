export { createApiClient, type ApiClient, type ApiClientOptions, type EventOptions } from './create-api-client.ts';
export { dataOf } from './data-of.ts';
export { ApiRequestError, ApiUnreachableError, InvalidKeyError } from './errors.ts';
export type { ConnectionNews, FollowOptions } from './follow.ts';
export type { components, operations, paths } from './generated/openapi.ts';
export type * from './types.ts';

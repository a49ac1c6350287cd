import { SupervisorError } from '@device-supervisor/errors';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { MethodNotAllowedError, UnauthorizedError } from './errors.ts';

/** The failures that a client can act on; every other one is a 503 and ours. */
const STATUS: ReadonlyMap<string, ContentfulStatusCode> = new Map([
  ['UNAUTHORIZED', 401],
  ['ROUTE_NOT_FOUND', 404],
  ['METHOD_NOT_ALLOWED', 405],
  ['INVALID_REQUEST', 400],
  ['REQUEST_ABORTED', 400],
  ['BODY_TOO_LARGE', 413],
  ['APPLICATION_NOT_FOUND', 409],
  ['CONTAINER_NOT_FOUND', 503],
  ['TARGET_STATE_INVALID', 400],
  ['NOT_IN_LOCAL_MODE', 400],
]);

/** Makes the answer to a request that failed; reports to `onError` what the client is not to blame for. */
export function answerFailure(error: unknown, onError: (error: unknown) => void): Response {
  const known = isForReaders(error) ? STATUS.get(error.code) : undefined;
  if (known === undefined) onError(error);
  const status = known ?? 503;
  // The text, not JSON, is what clients of this API have always got here.
  if (error instanceof UnauthorizedError) return new Response(error.message, { status, headers: TEXT });
  const headers = error instanceof MethodNotAllowedError ? { allow: error.details.allowed.join(', ') } : {};
  return Response.json({ status: 'failed', message: messageFor(error) }, { status, headers });
}

const TEXT = { 'content-type': 'text/plain; charset=UTF-8' };

/** Never the message of an error that was not made for readers: it would show our insides. */
function messageFor(error: unknown): string {
  if (!isForReaders(error)) return 'internal error; see the logs of the supervisor';
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}

function isForReaders(error: unknown): error is SupervisorError {
  return error instanceof SupervisorError;
}

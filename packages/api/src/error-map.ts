import { SupervisorError } from '@device-supervisor/errors';
import { MethodNotAllowedError, OutOfScopeError, ServerBusyError, UnauthorizedError } from './errors.ts';
import type { FailureForm, FailureStatus, Route } from './routes/route.ts';

/** The failures that a client can act on or knows; every other failure is a fault of the supervisor. */
const STATUS: ReadonlyMap<string, FailureStatus> = new Map([
  ['UNAUTHORIZED', 401],
  ['OUT_OF_SCOPE', 401],
  ['FOREIGN_REQUEST', 403],
  ['SERVER_BUSY', 429],
  ['ROUTE_NOT_FOUND', 404],
  ['METHOD_NOT_ALLOWED', 405],
  ['INVALID_REQUEST', 400],
  ['REQUEST_ABORTED', 400],
  ['BODY_TOO_LARGE', 413],
  ['TOO_MANY_TAGS', 413],
  ['APPLICATION_NOT_FOUND', 409],
  ['CONTAINER_NOT_FOUND', 503],
  ['APP_NOT_FOUND', 404],
  ['SERVICE_NOT_FOUND', 404],
  ['LOCK_NOT_FOUND', 404],
  ['LOCK_TAKEN', 423],
  ['UPDATES_LOCKED', 423],
  ['HOST_UPDATE_IN_PROGRESS', 423],
  ['POWER_ACTION_IN_PROGRESS', 423],
  ['DEVICE_BUSY', 423],
  ['TARGET_STATE_INVALID', 400],
  ['NOT_IN_LOCAL_MODE', 400],
  ['HOST_CONFIG_INVALID', 400],
  ['JOURNAL_OPTION_INVALID', 400],
]);

export type FailureStyle = Pick<Route, 'failures' | 'statuses' | 'faultStatus'>;

/** How requests to no route fail. */
const PLAIN: FailureStyle = { failures: {}, statuses: {}, faultStatus: 503 };

export interface FailureReport {
  /** The route's way of showing failures; absent: there is no route. */
  readonly style?: FailureStyle | undefined;
  readonly onError: (error: unknown) => void;
}

/** Makes the answer to a failed request; reports to `onError` what is not the client's fault. */
export function answerFailure(error: unknown, { style = PLAIN, onError }: FailureReport): Response {
  const known = isForReaders(error) ? (style.statuses[error.code] ?? STATUS.get(error.code)) : undefined;
  if (known === undefined) onError(error);
  const status = known ?? style.faultStatus;
  const form = formOf(error, style.failures[status]);
  return formatFailure(form, messageFor(error), {
    status,
    headers: headersFor(error),
  });
}

function headersFor(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof MethodNotAllowedError) return { allow: error.details.allowed.join(', ') };
  return error instanceof ServerBusyError ? { 'retry-after': '5' } : {};
}

/** A missing key has always been answered with text, and a key of another app with JSON, whatever else a route does. */
function formOf(error: unknown, own: FailureForm = 'json'): FailureForm {
  if (error instanceof UnauthorizedError) return 'text';
  return error instanceof OutOfScopeError ? 'json' : own;
}

function formatFailure(
  form: FailureForm,
  message: string,
  { status, headers }: { readonly status: FailureStatus; readonly headers: Readonly<Record<string, string>> },
): Response {
  switch (form) {
    case 'json':
      return Response.json({ status: 'failed', message }, { status, headers });
    case 'data':
      return Response.json({ Data: '', Error: message }, { status, headers });
    case 'text':
      return new Response(message, { status, headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers } });
  }
}

/** Never the message of an error that was not made for readers: it would show our insides. */
function messageFor(error: unknown): string {
  if (!isForReaders(error)) return 'internal error; see the logs of the supervisor';
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}

function isForReaders(error: unknown): error is SupervisorError {
  return error instanceof SupervisorError;
}

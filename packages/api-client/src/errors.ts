import { SupervisorError } from '@device-supervisor/errors';

/** The device refused a request, or could not do what it asks for. */
export class ApiRequestError extends SupervisorError<
  'API_REQUEST_FAILED',
  { readonly method: string; readonly path: string; readonly status: number }
> {
  /** @param reason what the answer says, for a person */
  constructor(request: Pick<Request, 'method' | 'url'>, status: number, reason: string) {
    const { method } = request;
    const path = pathOf(request);
    super('API_REQUEST_FAILED', `${method} ${path}: ${status} ${reason}`.trimEnd(), {
      details: { method, path, status },
      ...(status === 401 ? { hint: 'Send the key of the device, or of one of its services.' } : {}),
    });
  }
}

/** The key has characters that no header can hold: more than one line, or another file. The message does not show it. */
export class InvalidKeyError extends SupervisorError<'API_KEY_INVALID', Record<string, never>> {
  constructor() {
    super('API_KEY_INVALID', 'the API key must be one line of printable ASCII characters', { details: {} });
  }
}

/** No answer: the device cannot be reached, or the connection ended. */
export class ApiUnreachableError extends SupervisorError<
  'API_UNREACHABLE',
  { readonly method: string; readonly path: string }
> {
  constructor(request: Pick<Request, 'method' | 'url'>, cause: unknown) {
    const { method } = request;
    const path = pathOf(request);
    super('API_UNREACHABLE', `${method} ${path}: ${reasonOf(cause)}`, { details: { method, path }, cause });
  }
}

/** Without its query, which may hold a key. */
function pathOf({ url }: Pick<Request, 'url'>): string {
  return new URL(url).pathname;
}

/** `fetch failed` says nothing; the reason is below it. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && cause.message !== '' ? cause.message : 'no answer';
}

import { SupervisorError } from '@device-supervisor/errors';

/** No key, an unknown key, or a key that does not open this route. */
export class UnauthorizedError extends SupervisorError<'UNAUTHORIZED'> {
  constructor() {
    super('UNAUTHORIZED', 'Unauthorized', { details: {} });
  }
}

/** The key is valid, and belongs to another app than the one that the request names. */
export class OutOfScopeError extends SupervisorError<'OUT_OF_SCOPE'> {
  constructor() {
    super('OUT_OF_SCOPE', 'Unauthorized', { details: {} });
  }
}

/** A page of another site sent the request, or it came to a name that is not this device's. */
export class ForeignRequestError extends SupervisorError<'FOREIGN_REQUEST', { reason: string }> {
  constructor(reason: string) {
    super('FOREIGN_REQUEST', `the request is refused: ${reason}`, {
      details: { reason },
      hint: 'Use an address of the device or its name in .local, or an API key',
    });
  }
}

/** Other requests take what the supervisor has for requests of this kind. */
export class ServerBusyError extends SupervisorError<'SERVER_BUSY', { reason: string }> {
  constructor(reason: string) {
    super('SERVER_BUSY', `the supervisor is busy: ${reason}`, { details: { reason }, hint: 'Try again in a moment' });
  }
}

export class RouteNotFoundError extends SupervisorError<'ROUTE_NOT_FOUND', { path: string }> {
  constructor(path: string) {
    super('ROUTE_NOT_FOUND', `there is no route ${path}`, { details: { path } });
  }
}

/** The path exists, but not with this method. */
export class MethodNotAllowedError extends SupervisorError<
  'METHOD_NOT_ALLOWED',
  { method: string; allowed: readonly string[] }
> {
  constructor(method: string, allowed: readonly string[]) {
    super('METHOD_NOT_ALLOWED', `method ${method} is not allowed; use ${allowed.join(', ')}`, {
      details: { method, allowed },
    });
  }
}

/** The request's body, query or path is not what the route takes. */
export class InvalidRequestError extends SupervisorError<'INVALID_REQUEST'> {
  constructor(message: string, cause?: unknown) {
    super('INVALID_REQUEST', message, { details: {}, cause });
  }
}

export class BodyTooLargeError extends SupervisorError<'BODY_TOO_LARGE', { limit: number }> {
  /** @param limit bytes */
  constructor(limit: number) {
    const text = limit < 1024 * 1024 ? `${limit / 1024} KB` : `${limit / 1024 / 1024} MB`;
    super('BODY_TOO_LARGE', `the body is larger than ${text}`, { details: { limit } });
  }
}

/** The client went away before its request was complete. */
export class RequestAbortedError extends SupervisorError<'REQUEST_ABORTED'> {
  constructor(cause: unknown) {
    super('REQUEST_ABORTED', 'the request ended before it was complete', { details: {}, cause });
  }
}

/** The answer took too long; the work continues. */
export class RequestTimeoutError extends SupervisorError<'REQUEST_TIMEOUT', { timeout: number }> {
  /** @param timeout milliseconds */
  constructor(timeout: number) {
    super('REQUEST_TIMEOUT', `the request took longer than ${timeout / 1000} s`, { details: { timeout } });
  }
}

/** The device has no such app, or the key does not see it. */
export class ApplicationNotFoundError extends SupervisorError<'APPLICATION_NOT_FOUND', { appId: number }> {
  constructor(appId: number) {
    super('APPLICATION_NOT_FOUND', `Application ID does not exist: ${appId}`, { details: { appId } });
  }
}

/** No app of that uuid, or none that the key sees. */
export class UnknownAppError extends SupervisorError<'APP_NOT_FOUND', { uuid: string }> {
  constructor(uuid: string) {
    super('APP_NOT_FOUND', `there is no app ${uuid} on the device`, { details: { uuid } });
  }
}

/** The update lock of a service cannot be taken. */
export class LockTakenError extends SupervisorError<'LOCK_TAKEN', { service: string; holder: string | null }> {
  /** @param holder `null`: the supervisor, for an update */
  constructor(service: string, holder: string | null) {
    const reason = holder === null ? 'it is being updated' : `'${holder}' holds it`;
    super('LOCK_TAKEN', `the update lock of service '${service}' cannot be taken: ${reason}`, {
      details: { service, holder },
    });
  }
}

export class LockNotFoundError extends SupervisorError<'LOCK_NOT_FOUND', { service: string; holder: string }> {
  constructor({ service, holder }: { readonly service: string; readonly holder: string }) {
    super('LOCK_NOT_FOUND', `'${holder}' holds no update lock of service '${service}'`, {
      details: { service, holder },
    });
  }
}

/** No container of a service of that name, or none that the key sees. */
export class ContainerNotFoundError extends SupervisorError<'CONTAINER_NOT_FOUND', { serviceName: string }> {
  constructor(serviceName: string) {
    // Clients compare the text.
    super('CONTAINER_NOT_FOUND', 'Could not find service with that name', { details: { serviceName } });
  }
}

/** The API cannot be offered at this port. */
export class ListenError extends SupervisorError<'LISTEN_FAILED', { port: number; host: string | null }> {
  constructor({ port, host }: { readonly port: number; readonly host?: string }, cause: unknown) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    super('LISTEN_FAILED', describe({ port, host: host ?? null, reason }), {
      details: { port, host: host ?? null },
      hint:
        reason === 'EADDRINUSE'
          ? `End the program that listens on port ${port}, or set LISTEN_PORT to another port`
          : 'Set LISTEN_PORT to a port that this program may listen on',
      cause,
    });
  }
}

function describe({ port, host, reason }: { port: number; host: string | null; reason: unknown }): string {
  switch (reason) {
    case 'EADDRINUSE':
      return `port ${port} is in use`;
    case 'EACCES':
      return `port ${port} is not permitted`;
    default:
      return `cannot listen on port ${port}${host === null ? '' : ` of ${host}`}`;
  }
}

import { SupervisorError } from '@device-supervisor/errors';

/** The machine does not meet a requirement. */
export class StartError extends SupervisorError<'CANNOT_START'> {
  constructor(message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super('CANNOT_START', message, { details: {}, ...options });
  }
}

/** Another program listens on the port for the supervisor's API. */
export class PortTakenError extends SupervisorError<'PORT_TAKEN', { readonly port: number }> {
  constructor(port: number, cause?: unknown) {
    super('PORT_TAKEN', `port ${port} of this machine is taken, so the supervisor cannot offer its API there`, {
      details: { port },
      hint: 'Stop the program that listens there, or choose another port with --port (0: any free one)',
      cause,
    });
  }
}

/** The supervisor ended by itself, or never answered. */
export class SupervisorLostError extends SupervisorError<
  'SUPERVISOR_LOST',
  { readonly logFile: string; readonly log: string }
> {
  constructor(reason: string, options: { readonly logFile: string; readonly log: string }) {
    const tail = options.log === '' ? '' : `; the end of its log:\n${options.log.replace(/^/gm, '  | ')}\n`;
    super('SUPERVISOR_LOST', `the supervisor ${reason}${tail}`, {
      details: options,
      hint: `All of its log: ${options.logFile}`,
    });
  }
}

/** The supervisor's API refused a request, or could not be reached. */
export class SupervisorApiError extends SupervisorError<
  'SUPERVISOR_API',
  { readonly request: string; readonly status: number | null }
> {
  constructor(request: string, status: number | null, options: { readonly reason: string; readonly cause?: unknown }) {
    super('SUPERVISOR_API', `${request} failed: ${options.reason}`, {
      details: { request, status },
      cause: options.cause,
    });
  }
}

/** There is no static busybox for a project that asks for one. */
export class BusyboxUnavailableError extends SupervisorError<'BUSYBOX_UNAVAILABLE'> {
  constructor(reason: string, cause?: unknown) {
    super('BUSYBOX_UNAVAILABLE', `the project asks for a static busybox (x-busybox), and ${reason}`, {
      details: {},
      hint: 'Install one as /bin/busybox (Debian, Ubuntu: apt-get install busybox-static), and try again',
      cause,
    });
  }
}

/** Something could not be removed in time. */
export class LeftoversError extends SupervisorError<'LEFTOVERS', { readonly left: readonly string[] }> {
  /** @param retry the command that tries it again */
  constructor(left: readonly string[], retry: string) {
    super('LEFTOVERS', `could not be removed: ${left.join(', ')}`, {
      details: { left },
      hint: `Run ${retry} to try again`,
    });
  }
}

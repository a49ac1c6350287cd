import { hasErrorCode, SupervisorError } from '@device-supervisor/errors';

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

/** A command needs a session on this machine, and there is none. */
export class NothingRunningError extends SupervisorError<'NOTHING_RUNNING'> {
  /** @param start the command that starts one */
  constructor(start: string) {
    super('NOTHING_RUNNING', 'nothing is running here', {
      details: {},
      hint: `Start it with ${start}, or name a device with --device`,
    });
  }
}

/** No program of this machine opens pages. */
export class NoBrowserError extends SupervisorError<'NO_BROWSER', { readonly page: string }> {
  constructor(page: string) {
    super('NO_BROWSER', 'no program here opens pages', { details: { page }, hint: `Open ${page} in a browser` });
  }
}

/** A command cannot be run in the container of a service. */
export class ExecError extends SupervisorError<'EXEC_FAILED', { readonly service: string; readonly exitCode: number }> {
  /** @param details `exitCode`: as a shell has it, 126 for a program that is not executable, 127 for one that is absent */
  constructor(message: string, details: { readonly service: string; readonly exitCode: number }) {
    super('EXEC_FAILED', message, { details });
  }
}

/** The engine does not answer, or refuses a request. */
export class EngineCallError extends SupervisorError<'ENGINE_CALL_FAILED', { readonly endpoint: string }> {
  constructor(endpoint: string, error: unknown) {
    const message = error instanceof Error ? error.message : String(error);
    const isSilent = hasErrorCode(error, 'ECONNREFUSED', 'ENOENT', 'EACCES', 'EHOSTUNREACH', 'ENOTFOUND', 'ETIMEDOUT');
    // The client of the engine puts the status and its reason before what the engine says.
    const reason = message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
    super(
      'ENGINE_CALL_FAILED',
      isSilent ? `the engine at ${endpoint} does not answer` : `the engine at ${endpoint} refuses it: ${reason}`,
      {
        details: { endpoint },
        ...(isSilent && endpoint.startsWith('tcp:')
          ? {
              hint: 'The engine of a device answers on a development variant of its OS; --engine names another endpoint',
            }
          : {}),
      },
    );
  }
}

/** A supervisor that runs elsewhere, or ran here a moment ago, does not answer. */
export class TargetUnreachableError extends SupervisorError<'TARGET_UNREACHABLE', { readonly address: string }> {
  constructor(address: string) {
    super('TARGET_UNREACHABLE', `the supervisor at ${address} does not answer`, {
      details: { address },
      hint: 'Check the address, and that the device is on this network and in local mode',
    });
  }
}

/** The supervisor refused what a command asks for. */
export class TargetRefusalError extends SupervisorError<
  'TARGET_REFUSED',
  { readonly address: string; readonly status: number }
> {
  /** @param reason what its answer says */
  constructor(address: string, status: number, reason: string) {
    super('TARGET_REFUSED', `the supervisor at ${address} refuses it: ${reason}`, {
      details: { address, status },
      ...(status === LOCKED ? { hint: '--force overrides update locks' } : {}),
    });
  }
}

const LOCKED = 423;

import { SupervisorError } from '@device-supervisor/errors';

/** The address of the bus cannot be used, whatever runs there. */
export class InvalidBusAddressError extends SupervisorError<'INVALID_BUS_ADDRESS', { readonly address: string }> {
  constructor(address: string) {
    super('INVALID_BUS_ADDRESS', `${JSON.stringify(address)} is no address of a D-Bus that can be reached`, {
      details: { address },
      hint: 'Set DBUS_SYSTEM_BUS_ADDRESS to unix:path=/… (without colon, comma, semicolon or equals sign in the path)',
    });
  }
}

/** The bus does not answer, or the connection broke before the answer: the call may have been carried out. */
export class BusUnavailableError extends SupervisorError<'BUS_UNAVAILABLE', { readonly address: string }> {
  constructor(address: string, cause?: unknown) {
    super('BUS_UNAVAILABLE', `the system bus at ${address} cannot be reached`, {
      details: { address },
      hint: 'Check that D-Bus runs on the host, and that its socket is mounted; the next call tries again',
      cause,
    });
  }
}

/** No process owns the name on the bus: the service does not run, or the host does not have it. */
export class ServiceUnavailableError extends SupervisorError<
  'SERVICE_UNAVAILABLE',
  { readonly service: string; readonly errorName: string }
> {
  constructor(service: string, errorName: string, message: string) {
    super('SERVICE_UNAVAILABLE', `${service} is not on the system bus: ${message}`, {
      details: { service, errorName },
      hint: 'Check that the host runs it; while systemd restarts, try again',
    });
  }
}

/** A call got no answer in time. It may still be carried out. */
export class CallTimedOutError extends SupervisorError<
  'CALL_TIMED_OUT',
  { readonly call: string; readonly timeout: number }
> {
  constructor(call: string, timeout: number) {
    super('CALL_TIMED_OUT', `no answer to ${call} within ${timeout} ms`, { details: { call, timeout } });
  }
}

/** The host does not let us do this. */
export class AccessDeniedError extends SupervisorError<
  'ACCESS_DENIED',
  { readonly call: string; readonly errorName: string }
> {
  constructor(call: string, errorName: string, message: string) {
    super('ACCESS_DENIED', `the host refuses ${call}: ${message}`, {
      details: { call, errorName },
      hint: 'Run the supervisor as root, in the user namespace of the host',
    });
  }
}

/** The host has no such unit. */
export class UnitNotFoundError extends SupervisorError<'UNIT_NOT_FOUND', { readonly unit: string }> {
  constructor(unit: string) {
    super('UNIT_NOT_FOUND', `the host has no unit ${unit}`, { details: { unit } });
  }
}

/** systemd carried out what was asked of a unit, and it failed. */
export class UnitJobError extends SupervisorError<
  'UNIT_JOB_FAILED',
  { readonly unit: string; readonly job: UnitJob; readonly result: string }
> {
  constructor(unit: string, job: UnitJob, result: string) {
    super('UNIT_JOB_FAILED', `systemd could not ${job} ${unit}: ${result}`, {
      details: { unit, job, result },
      hint: `On the host, run: journalctl --unit ${unit}`,
    });
  }
}

export type UnitJob = 'start' | 'stop' | 'restart';

/** The host is going down already, or going to sleep. */
export class HostGoingDownError extends SupervisorError<'HOST_GOING_DOWN'> {
  constructor(message: string) {
    super('HOST_GOING_DOWN', message, { details: {} });
  }
}

/** The host says that it will not, or cannot, go down in this way. */
export class PowerRefusedError extends SupervisorError<
  'POWER_REFUSED',
  { readonly action: PowerAction; readonly answer: string }
> {
  constructor(action: PowerAction, answer: string) {
    const reason = answer === 'na' ? 'it cannot' : 'we may not ask it to';
    super('POWER_REFUSED', `the host refuses a ${action}: ${reason}`, {
      details: { action, answer },
      hint: 'Run the supervisor as root, in the user namespace of the host',
    });
  }
}

export type PowerAction = 'reboot' | 'power-off';

/** A service on the bus answered with an error that has no class of its own. */
export class BusCallError extends SupervisorError<
  'BUS_CALL_FAILED',
  { readonly call: string; readonly errorName: string }
> {
  constructor(call: string, errorName: string, message: string) {
    super('BUS_CALL_FAILED', `${call} failed: ${message} (${errorName})`, { details: { call, errorName } });
  }
}

/** It was disposed of: the process is shutting down. */
export class SystemdClosedError extends SupervisorError<'SYSTEMD_CLOSED'> {
  constructor() {
    super('SYSTEMD_CLOSED', 'the host is not asked any more: the supervisor is stopping', { details: {} });
  }
}

import { writeRemedyOf } from '@device-supervisor/durable-file';
import { describeError, errorCodeOf, SupervisorError } from '@device-supervisor/errors';
import type { DeviceLockRefusal, UpdateLockHolder } from './ports.ts';

/** A field of a request that cannot be used; never says what its value was. */
export interface HostConfigProblem {
  /** e.g. `network.proxy.port`. */
  readonly field: string;
  /** The reason, to be printed behind the field, e.g. `must be a whole number from 1 to 65535`. */
  readonly message: string;
}

/** The request is invalid. Nothing was changed. */
export class HostConfigInvalidError extends SupervisorError<
  'HOST_CONFIG_INVALID',
  { readonly problems: readonly HostConfigProblem[] }
> {
  constructor(problems: readonly HostConfigProblem[]) {
    const list = problems.map(({ field, message }) => `${field} ${message}`).join('; ');
    super('HOST_CONFIG_INVALID', list, { details: { problems } });
  }
}

/** Services hold update locks, and the change would interrupt them. Nothing was changed. */
export class HostConfigLockedError extends SupervisorError<
  'UPDATES_LOCKED',
  { readonly holders: readonly UpdateLockHolder[] }
> {
  constructor(refusal: DeviceLockRefusal) {
    const holders = refusal.status === 'held' ? refusal.holders : [];
    const by =
      refusal.status === 'held'
        ? holders.map(({ appId, service }) => `${service} of app ${appId}`).join(', ')
        : `an operation on app ${refusal.appId} that is under way`;
    super('UPDATES_LOCKED', `Updates are locked by ${by}`, {
      details: { holders },
      hint:
        refusal.status === 'held' ? 'Release the locks, or set force to override them' : 'Try again when it has ended',
    });
  }
}

/**
 * The configuration is stored, but a unit of the host that applies it could not be restarted. The next patch tries again,
 * even if it changes nothing.
 */
export class HostUnitError extends SupervisorError<'HOST_UNIT_UNAVAILABLE', { readonly units: readonly string[] }> {
  constructor(failures: readonly HostUnitFailure[]) {
    const byReason = Object.entries(Object.groupBy(failures, ({ reason }) => reason));
    const list = byReason.map(([reason, units = []]) => `${units.map(({ unit }) => unit).join(', ')} ${reason}`);
    const cause = failures.find((failure) => failure.cause !== undefined)?.cause;
    const remedy = cause === undefined ? undefined : describeError(cause).hint;
    super('HOST_UNIT_UNAVAILABLE', `The configuration is stored, but not in effect: ${list.join('; ')}`, {
      details: { units: failures.map(({ unit }) => unit) },
      hint: `${remedy === undefined ? 'Repeat' : `${remedy}; then repeat`} the request, or reboot the device`,
      cause,
    });
  }
}

export interface HostUnitFailure {
  readonly unit: string;
  /** e.g. `does not exist`. */
  readonly reason: string;
  readonly cause?: unknown;
}

/** redsocks.conf is nothing that redsocks could read. It is left as it is. */
export class ProxyFileDamagedError extends SupervisorError<'PROXY_FILE_DAMAGED', { readonly line: number }> {
  /** @param reason what stands there, never quoting it */
  constructor(line: number, reason: string) {
    super('PROXY_FILE_DAMAGED', `redsocks.conf is damaged: in line ${line} is ${reason}`, {
      details: { line },
      hint: 'Set type, ip and port of the proxy to replace the file, or remove the proxy',
    });
  }
}

/** A file of the host cannot be read or written. Changes before it may have been stored. */
export class HostFileError extends SupervisorError<
  'HOST_FILE_FAILED',
  { readonly path: string; readonly systemCode: string | null }
> {
  constructor(path: string, action: 'read' | 'changed', cause: unknown) {
    super('HOST_FILE_FAILED', `${path} cannot be ${action}`, {
      details: { path, systemCode: errorCodeOf(cause) },
      hint: writeRemedyOf(cause) ?? 'Check the file system for errors',
      cause,
    });
  }
}

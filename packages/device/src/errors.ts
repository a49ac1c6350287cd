import { SupervisorError } from '@device-supervisor/errors';

/** A local target was sent to a device that takes its target from the cloud. */
export class NotInLocalModeError extends SupervisorError<'NOT_IN_LOCAL_MODE'> {
  constructor() {
    super('NOT_IN_LOCAL_MODE', 'the device is not in local mode', {
      details: {},
      hint: 'Switch local mode on for this device first',
    });
  }
}

/** No app of that id is in the device's target. */
export class AppNotFoundError extends SupervisorError<'APP_NOT_FOUND', { appId: number }> {
  constructor(appId: number) {
    super('APP_NOT_FOUND', `there is no app ${appId} on the device`, { details: { appId } });
  }
}

/** The app has no service of that name. */
export class ServiceNotFoundError extends SupervisorError<'SERVICE_NOT_FOUND', { appId: number; service: string }> {
  constructor(appId: number, service: string) {
    super('SERVICE_NOT_FOUND', `app ${appId} has no service '${service}'`, { details: { appId, service } });
  }
}

/** Services hold their update locks, and `force` is not set. */
export class UpdatesLockedError extends SupervisorError<'UPDATES_LOCKED', { services: readonly string[] }> {
  constructor(services: readonly string[]) {
    super('UPDATES_LOCKED', `Updates are locked by ${services.join(', ')}`, {
      details: { services },
      hint: 'Wait until the lock is released, or force it',
    });
  }
}

/** An action was tried and failed; the device continues to apply its target. */
export class ActionFailedError extends SupervisorError<'ACTION_FAILED'> {
  constructor(reason: string, cause?: unknown) {
    super('ACTION_FAILED', reason, { details: {}, cause });
  }
}

/** An action was cancelled before it was done. */
export class ActionCancelledError extends SupervisorError<'ACTION_CANCELLED'> {
  constructor(reason: string) {
    super('ACTION_CANCELLED', reason, { details: {} });
  }
}

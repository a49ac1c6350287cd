import { SupervisorError } from '@device-supervisor/errors';
import type { PowerAction } from './ports.ts';

/** The host verifies an update of its own: going down now would undo it. */
export class HostUpdateInProgressError extends SupervisorError<'HOST_UPDATE_IN_PROGRESS', { breadcrumb: string }> {
  constructor(breadcrumb: string) {
    super('HOST_UPDATE_IN_PROGRESS', `the host is verifying an update of its own (${breadcrumb})`, {
      details: { breadcrumb },
      hint: 'Wait until it is done, or force it',
    });
  }
}

/** The host is about to go down in another way. */
export class PowerActionInProgressError extends SupervisorError<'POWER_ACTION_IN_PROGRESS', { action: PowerAction }> {
  constructor(action: PowerAction) {
    super('POWER_ACTION_IN_PROGRESS', `the host is about to go down already (${action})`, { details: { action } });
  }
}

/** Operations of ours did not end in time for the host to go down. */
export class DeviceBusyError extends SupervisorError<'DEVICE_BUSY', { appId: number }> {
  constructor(appId: number) {
    super('DEVICE_BUSY', `the containers of app ${appId} are being changed`, {
      details: { appId },
      hint: 'Try again when the change is done',
    });
  }
}

/** The host agreed to go down, and did not. */
export class StillUpError extends SupervisorError<'HOST_STILL_UP', { action: PowerAction; waited: number }> {
  constructor(action: PowerAction, waited: number) {
    super('HOST_STILL_UP', `the host agreed to a ${action}, and is still up after ${waited / 60_000} min`, {
      details: { action, waited },
      hint: 'On the host, run: systemctl list-jobs; systemd-inhibit --list',
    });
  }
}

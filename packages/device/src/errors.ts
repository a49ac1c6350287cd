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

import { SupervisorError } from '@device-supervisor/errors';

/** The cloud does not take the device's key when it is asked for a delta. */
export class DeltaUnauthorizedError extends SupervisorError<'DELTA_UNAUTHORIZED', { destination: string }> {
  /** @param destination the image that was wanted */
  constructor(destination: string) {
    super('DELTA_UNAUTHORIZED', `the cloud refuses this device a delta for ${destination}`, {
      details: { destination },
      hint: "Check that the device exists in the cloud, and that deviceApiKey in config.json is the device's own",
    });
  }
}

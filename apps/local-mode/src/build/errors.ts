import { SupervisorError } from '@device-supervisor/errors';

/** An image could not be built. */
export class BuildError extends SupervisorError<
  'BUILD_FAILED',
  {
    readonly service: string;
    /** Where the Dockerfile is, for a person. */
    readonly dockerfile: string;
    /** e.g. `Step 3/5 : RUN make`; `null`: it failed before the first. */
    readonly step: string | null;
    /** All that the engine printed. */
    readonly output: string;
  }
> {
  constructor(
    reason: string,
    details: {
      readonly service: string;
      readonly dockerfile: string;
      readonly step: string | null;
      readonly output: string;
    },
    cause?: unknown,
  ) {
    const where = details.step === null ? details.dockerfile : `${details.dockerfile}, ${details.step}`;
    super('BUILD_FAILED', `the image of ${details.service} cannot be built (${where}): ${reason}`, {
      details,
      hint: 'Correct it, and apply again',
      cause,
    });
  }
}

import { SupervisorError } from '@device-supervisor/errors';
import type { BuildStep } from './build-output.ts';

export interface BuildFailure {
  readonly service: string;
  /** Where the Dockerfile is, for a person. */
  readonly dockerfile: string;
  /** `null`: it failed before the first. */
  readonly step: BuildStep | null;
  /** All that the engine printed. */
  readonly output: string;
}

/** An image could not be built. */
export class BuildError extends SupervisorError<'BUILD_FAILED', BuildFailure> {
  constructor(reason: string, details: BuildFailure, cause?: unknown) {
    const { dockerfile, step } = details;
    const where = step === null ? dockerfile : `${dockerfile}, step ${step.number}/${step.total}`;
    super('BUILD_FAILED', `the image of ${details.service} cannot be built (${where}): ${reason}`, {
      details,
      hint: 'Correct it, and apply again',
      cause,
    });
  }
}

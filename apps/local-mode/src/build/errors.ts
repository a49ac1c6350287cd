import { SupervisorError } from '@device-supervisor/errors';
import type { BuildStep } from './build-output.ts';
import type { Feature } from './buildkit-features.ts';

export interface BuildFailure {
  readonly service: string;
  /** Where the Dockerfile is, for a person. */
  readonly dockerfile: string;
  /** Line of the Dockerfile; `null`: not known. */
  readonly line: number | null;
  /** `null`: it failed before the first. */
  readonly step: BuildStep | null;
  /** All that the engine printed. */
  readonly output: string;
}

/** A registry gives an image to some users alone. */
const NEEDS_LOGIN = /401 unauthorized|no basic auth credentials|authentication required|pull access denied/i;

/** An image could not be built. */
export class BuildError extends SupervisorError<'BUILD_FAILED', BuildFailure> {
  constructor(reason: string, details: BuildFailure, cause?: unknown) {
    const { dockerfile, line, step } = details;
    const file = line === null ? dockerfile : `${dockerfile}:${line}`;
    const where = step === null ? file : `${file}, step ${step.number}/${step.total}`;
    super('BUILD_FAILED', `the image of ${details.service} cannot be built (${where}): ${reason}`, {
      details,
      hint: NEEDS_LOGIN.test(reason)
        ? 'Log in to the registry with docker login, and apply again'
        : 'Correct it, and apply again',
      cause,
    });
  }
}

/** A build needs BuildKit, and the engine only has the classic builder. */
export class ClassicBuilderError extends SupervisorError<
  'BUILDKIT_MISSING',
  { readonly features: readonly Feature[] }
> {
  constructor(features: readonly Feature[]) {
    const needs = features.map(({ line, what }) => `line ${line}: ${what}`).join(', ') || 'build secrets';
    super('BUILDKIT_MISSING', `it needs BuildKit, which this engine does not have (${needs})`, {
      details: { features },
      hint: 'Use an engine with BuildKit, e.g. Docker 20.10 or newer',
    });
  }
}

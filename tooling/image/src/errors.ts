import { SupervisorError } from '@device-supervisor/errors';

/** The image cannot be built on this machine, or not from what was found. */
export class ImageBuildError extends SupervisorError<'IMAGE_BUILD_FAILED', { readonly step: string }> {
  constructor(step: string, reason: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super('IMAGE_BUILD_FAILED', `${step}: ${reason}`, { details: { step }, ...options });
  }
}

import { SupervisorError } from '@device-supervisor/errors';

/** A text is not JSON. The error holds neither the text nor a part of it. */
export class InvalidJsonError extends SupervisorError<'INVALID_JSON', { reason: string }> {
  /** @param reason what the parser expected or found, and where */
  constructor(reason: string) {
    super('INVALID_JSON', `not valid JSON: ${reason}`, { details: { reason } });
  }
}

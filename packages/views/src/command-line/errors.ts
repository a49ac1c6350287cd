import { SupervisorError } from '@device-supervisor/errors';

/** The command line is invalid, whatever the state of the device. */
export class UsageError extends SupervisorError<'USAGE', Record<string, never>> {
  constructor(message: string, hint?: string) {
    super('USAGE', message, { details: {}, ...(hint === undefined ? {} : { hint }) });
  }
}

/** The file of a key or a target cannot be read. */
export class FileError extends SupervisorError<'FILE', { readonly path: string }> {
  constructor(path: string, cause: unknown) {
    super('FILE', `${path} cannot be read`, { details: { path }, cause });
  }
}

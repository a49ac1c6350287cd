import { writeRemedyOf } from '@device-supervisor/durable-file';
import { SupervisorError } from '@device-supervisor/errors';

/** A boot file has another form than it must have. It is left as it is. */
export class BootFileInvalidError extends SupervisorError<
  'BOOT_FILE_INVALID',
  { readonly file: string; readonly reason: string }
> {
  constructor(file: string, reason: string) {
    super('BOOT_FILE_INVALID', `${file} cannot be used: ${reason}`, {
      details: { file, reason },
      hint: 'Repair it by hand, from the one of the same operating system',
    });
  }
}

/** The configuration of the next boot cannot be read. */
export class BootConfigReadError extends SupervisorError<'BOOT_CONFIG_UNREADABLE', { readonly backend: string }> {
  constructor(backend: string, cause: unknown) {
    super('BOOT_CONFIG_UNREADABLE', `the boot configuration cannot be read (${backend})`, {
      details: { backend },
      hint: 'Check the boot partition for errors',
      cause,
    });
  }
}

/** Boot configuration could not be written. Earlier writes stay; the next attempt continues from there. */
export class BootConfigWriteError extends SupervisorError<'BOOT_CONFIG_UNWRITABLE', { readonly backend: string }> {
  constructor(backend: string, cause: unknown) {
    super('BOOT_CONFIG_UNWRITABLE', `the boot configuration cannot be written (${backend})`, {
      details: { backend },
      hint: writeRemedyOf(cause) ?? 'Check the boot partition for errors',
      cause,
    });
  }
}

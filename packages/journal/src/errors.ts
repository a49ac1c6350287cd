import { SupervisorError } from '@device-supervisor/errors';

/** `journalctl` cannot be run here. */
export class JournalUnavailableError extends SupervisorError<'JOURNAL_UNAVAILABLE', { command: string }> {
  constructor(command: string, cause: unknown) {
    super('JOURNAL_UNAVAILABLE', `cannot run ${command}`, {
      details: { command },
      hint: 'Install systemd, or put its journalctl on the PATH',
      cause,
    });
  }
}

/** How `journalctl` failed. */
export interface JournalFailure {
  /** `null`: it was ended by a signal. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to its standard error. */
  readonly stderr: string;
}

/** `journalctl` failed: a damaged journal, a cursor that is not known, a time that it cannot read. */
export class JournalFailedError extends SupervisorError<'JOURNAL_FAILED', JournalFailure> {
  constructor(failure: JournalFailure) {
    const end = failure.signal === null ? `with exit code ${failure.exitCode}` : `by ${failure.signal}`;
    const reason = failure.stderr === '' ? '' : `: ${failure.stderr}`;
    super('JOURNAL_FAILED', `journalctl ended ${end}${reason}`, { details: failure });
  }
}

/** An option has a value that `journalctl` cannot have been meant to get; it was not run. */
export class JournalOptionError extends SupervisorError<'JOURNAL_OPTION_INVALID', { option: string }> {
  constructor(option: string, expectation: string) {
    super('JOURNAL_OPTION_INVALID', `${option} ${expectation}`, { details: { option } });
  }
}

/** `journalctl` wrote a line that is not an entry. */
export class JournalFormatError extends SupervisorError<'JOURNAL_FORMAT', { missing: string }> {
  constructor(missing: string, cause?: unknown) {
    super('JOURNAL_FORMAT', `journalctl wrote a line that is not a journal entry (${missing})`, {
      details: { missing },
      hint: 'Check that the journalctl on the PATH is the one of systemd',
      cause,
    });
  }
}

import { hasErrorCode, SupervisorError } from '@device-supervisor/errors';
import { FileError, UsageError } from './errors.ts';

/** Exit codes for scripts; part of the contract of every command line, which lists its own in its help. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  locked: 5,
  unhealthy: 6,
  interrupted: 130,
} as const;

/** The exit code of a command that ended with an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof FileError) return EXIT.usage;
  if (hasErrorCode(error, 'API_KEY_INVALID')) return EXIT.refused;
  if (hasErrorCode(error, 'API_UNREACHABLE')) return EXIT.unreachable;
  switch (statusOf(error)) {
    case 401:
    case 403:
      return EXIT.refused;
    case 423:
      return EXIT.locked;
    default:
      return EXIT.failed;
  }
}

/** The status of an answer that is no success; `null`: it is another error. */
function statusOf(error: unknown): unknown {
  if (!(error instanceof SupervisorError) || error.code !== 'API_REQUEST_FAILED') return null;
  const details: unknown = error.details;
  return typeof details === 'object' && details !== null && 'status' in details ? details.status : null;
}

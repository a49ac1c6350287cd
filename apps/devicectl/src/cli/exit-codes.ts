import { ApiRequestError, ApiUnreachableError, InvalidKeyError } from '@device-supervisor/api-client';
import { FileError, UsageError } from '../errors.ts';

/** Exit codes for scripts; part of the contract, listed by `--help`. */
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

export const EXIT_CODES_HELP: string = `
Exit codes:
  0    done
  1    the device could not do it, or the output cannot be written
  2    wrong usage
  3    the device cannot be reached
  4    the key is missing, or does not open this
  5    a service holds its update lock; --force overrides it
  6    health: the supervisor or something of the device does not work
  130  interrupted`;

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof FileError) return EXIT.usage;
  if (error instanceof InvalidKeyError) return EXIT.refused;
  if (error instanceof ApiUnreachableError) return EXIT.unreachable;
  if (!(error instanceof ApiRequestError)) return EXIT.failed;
  switch (error.details.status) {
    case 401:
    case 403:
      return EXIT.refused;
    case 423:
      return EXIT.locked;
    default:
      return EXIT.failed;
  }
}

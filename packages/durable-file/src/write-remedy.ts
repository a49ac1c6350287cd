import { errorCodeOf } from '@device-supervisor/errors';
/** The remedy for a failed write, for the hint of an error; `null`: none is known. */
export function writeRemedyOf(thrown: unknown): string | null {
  return REMEDIES.get(errorCodeOf(thrown) ?? '') ?? null;
}

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['EROFS', 'Mount the file system writable'],
  ['ENOSPC', 'Free space on the file system'],
  ['EDQUOT', 'Free space on the file system'],
  ['EACCES', "Let the supervisor's user write the directory of the file"],
  ['EPERM', "Let the supervisor's user write the directory of the file"],
  ['EBUSY', 'Mount the directory of the file, not the file itself: a mounted file cannot be replaced'],
]);

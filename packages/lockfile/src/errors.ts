import { SupervisorError } from '@device-supervisor/errors';

/** Why the lock directory cannot be used. */
export type LockDirectoryProblem =
  | 'not-writable'
  | 'not-a-directory'
  | 'read-only'
  | 'no-space'
  | 'no-hard-links'
  | 'missing'
  | 'failed';

interface LockDirectoryDetails {
  readonly path: string;
  readonly problem: LockDirectoryProblem;
  /** Of the system call that failed, e.g. `EROFS`; `null`: it gave none. */
  readonly systemCode: string | null;
}

/** The directory of the update locks, or a lock in it, cannot be read or changed. */
export class LockDirectoryError extends SupervisorError<'LOCK_DIRECTORY_UNUSABLE', LockDirectoryDetails> {
  constructor(path: string, cause: unknown) {
    const systemCode = systemCodeOf(cause);
    const problem = problems.get(systemCode) ?? 'failed';
    super('LOCK_DIRECTORY_UNUSABLE', `update locks cannot be kept at ${path}: ${describeProblem[problem]}`, {
      details: { path, problem, systemCode },
      hint: remedy[problem],
      cause,
    });
  }
}

/** A service name that is no name of a directory. */
export class InvalidServiceNameError extends SupervisorError<'INVALID_SERVICE_NAME', { readonly service: string }> {
  constructor(service: string) {
    super('INVALID_SERVICE_NAME', `${JSON.stringify(service)} cannot be the name of a service's lock directory`, {
      details: { service },
      hint: 'Name the service with letters, digits, dots, dashes and underscores',
    });
  }
}

/** Another process removed or replaced a lock that a lease holds: the service may take it. */
export class LeaseCompromisedError extends SupervisorError<
  'LEASE_COMPROMISED',
  { readonly appId: number; readonly service: string; readonly path: string }
> {
  constructor(owner: { readonly appId: number; readonly service: string }, path: string, cause?: unknown) {
    const { appId, service } = owner;
    super('LEASE_COMPROMISED', `the update lock ${path} was removed while we held it`, {
      details: { appId, service, path },
      hint: `Let service ${service} remove only update locks that it took itself`,
      cause,
    });
  }
}

/** Changes of the update locks cannot be followed. */
export class LockWatchError extends SupervisorError<
  'LOCK_WATCH_FAILED',
  { readonly path: string; readonly systemCode: string | null }
> {
  constructor(path: string, cause: unknown) {
    super('LOCK_WATCH_FAILED', `update locks below ${path} cannot be watched`, {
      details: { path, systemCode: systemCodeOf(cause) },
      hint: 'Raise the host limits fs.inotify.max_user_watches and fs.inotify.max_user_instances',
      cause,
    });
  }
}

/** A lock was to be taken for no time at all, or for longer than any update should wait. */
export class InvalidTimeToLiveError extends SupervisorError<
  'INVALID_TIME_TO_LIVE',
  { readonly timeToLive: number; readonly longest: number }
> {
  constructor(timeToLive: number, longest: number) {
    super('INVALID_TIME_TO_LIVE', `an update lock cannot be held for ${timeToLive} ms`, {
      details: { timeToLive, longest },
      hint: `Give a whole number of milliseconds from 1 to ${longest}, and take the lock again before it ends`,
    });
  }
}

/** The update locks were disposed of: the process is shutting down. */
export class LocksClosedError extends SupervisorError<'LOCKS_CLOSED'> {
  constructor() {
    super('LOCKS_CLOSED', 'no update lock is taken any more: the supervisor is stopping', { details: {} });
  }
}

/** `code` of a system error; `null`: it has none. */
export function systemCodeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
}

const problems: ReadonlyMap<string | null, LockDirectoryProblem> = new Map([
  ['EACCES', 'not-writable'],
  ['EPERM', 'not-writable'],
  ['ENOTDIR', 'not-a-directory'],
  ['ELOOP', 'not-a-directory'],
  ['EROFS', 'read-only'],
  ['ENOSPC', 'no-space'],
  ['EDQUOT', 'no-space'],
  ['EXDEV', 'no-hard-links'],
  ['EMLINK', 'no-hard-links'],
  ['ENOTSUP', 'no-hard-links'],
  ['EOPNOTSUPP', 'no-hard-links'],
  ['ENOENT', 'missing'],
]);

const describeProblem: Record<LockDirectoryProblem, string> = {
  'not-writable': 'permission denied',
  'not-a-directory': 'something that is not a directory is in its place',
  'read-only': 'the file system is read-only',
  'no-space': 'the file system is full',
  'no-hard-links': 'the file system does not support hard links',
  missing: 'it was removed meanwhile',
  failed: 'the file system failed',
};

const remedy: Record<LockDirectoryProblem, string> = {
  'not-writable': 'Let the user of the supervisor own the directory, on a file system with hard links',
  'not-a-directory': 'Remove what is in its place',
  'read-only': 'Mount the file system writable, or check it for errors',
  'no-space': 'Free space or inodes on the file system',
  'no-hard-links': 'Put the directory on a tmpfs',
  missing: 'Try again, and find out what removes directories there',
  failed: 'Check the system log of the host for errors of the file system',
};

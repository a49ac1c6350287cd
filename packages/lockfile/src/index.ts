export { createUpdateLocks, type UpdateLocksOptions } from './update-locks.ts';
export type { DeviceUpdateLocks, UpdateLease } from './device-update-locks.ts';
export {
  holdUpdateLock,
  waitUntilUnlocked,
  type HoldOptions,
  type ServiceLock,
  type ServiceLockOptions,
} from './service-lock.ts';
export {
  createTimedLocks,
  MAX_TIME_TO_LIVE,
  type HoldRequest,
  type HoldResult,
  type ReleaseResult,
  type TimedLocks,
} from './timed-locks.ts';
export { LOCK_NAMES } from './lock-directory.ts';
export type { LockFileSystem } from './file-system.ts';
export {
  InvalidServiceNameError,
  InvalidTimeToLiveError,
  LeaseCompromisedError,
  LockDirectoryError,
  LocksClosedError,
  LockWatchError,
} from './errors.ts';

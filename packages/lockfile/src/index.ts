export { createUpdateLocks, type UpdateLocksOptions } from './update-locks.ts';
export type { DeviceUpdateLocks, UpdateLease } from './device-update-locks.ts';
export {
  holdUpdateLock,
  waitUntilUnlocked,
  type HoldOptions,
  type ServiceLock,
  type ServiceLockOptions,
} from './service-lock.ts';
export { createTimedLocks, MAX_TIME_TO_LIVE, type TimedLocks } from './timed-locks.ts';
export type { HoldRequest, HoldResult, ReleaseResult } from '@device-supervisor/update-locks';
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

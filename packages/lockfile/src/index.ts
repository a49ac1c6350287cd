export { createUpdateLocks, type UpdateLocksOptions } from './update-locks.ts';
export type { AcquireResult, DeviceUpdateLocks, LeftoverLock, UpdateLease } from './device-update-locks.ts';
export { LOCK_NAMES } from './lock-directory.ts';
export type { LockFileSystem } from './file-system.ts';
export {
  InvalidServiceNameError,
  LeaseCompromisedError,
  LockDirectoryError,
  LocksClosedError,
  LockWatchError,
  type LockDirectoryProblem,
} from './errors.ts';

import type { DeviceLocks, HeldLock, LockLease, LockRequest } from '@device-supervisor/update-locks';

/**
 * The update locks of a device. Beyond what the port says:
 * - `prepare`, `acquire` and `holders` throw `LockDirectoryError` and `InvalidServiceNameError`;
 * - `watch` throws `LockWatchError`, also while iterating. Taking and releasing by ourselves is reported too. Unread
 *   changes of a service are one item.
 */
export interface DeviceUpdateLocks extends DeviceLocks, AsyncDisposable {
  /**
   * Takes the locks of all the services, or of none, and makes their directories where needed. An app has one lease at
   * a time: while there is one, this waits for its end.
   *
   * @throws LockDirectoryError, InvalidServiceNameError, LocksClosedError; the reason of `signal` when it is aborted
   *   while waiting
   */
  acquire(request: LockRequest): Promise<AcquireResult>;
  /**
   * Removes what earlier runs of this supervisor left behind; to be called once, at start. A lock of a service stays.
   *
   * @returns the locks that were removed
   * @throws LockDirectoryError
   */
  recoverLeftovers(): Promise<readonly LeftoverLock[]>;
}

export type AcquireResult =
  | { readonly status: 'acquired'; readonly lease: UpdateLease }
  | { readonly status: 'held'; readonly holders: readonly HeldLock[] };

/**
 * The locks of an app's services, ours until it is disposed of; that never removes a lock that is no longer ours.
 * `services` are in alphabetic order, each once. The reason of `compromised` is a `LeaseCompromisedError`.
 */
export type UpdateLease = LockLease;

export interface LeftoverLock {
  readonly appId: number;
  readonly service: string;
  readonly path: string;
}

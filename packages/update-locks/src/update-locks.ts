/** The update locks of one app's services, as files that the services and we contend for. */
export interface UpdateLocks {
  /** Takes the locks of all the services, or of none. */
  acquire(request: LockRequest): Promise<LockResult>;
  /** Removes the files beside its lock by which the service says that its new container took over. */
  clearHandOver(appId: number, service: string): Promise<void>;
}

export interface LockRequest {
  readonly appId: number;
  readonly services: readonly string[];
  /** Takes what services hold, too. */
  readonly force: boolean;
  /** Ends the wait for another lease of the same app; `acquire` then rejects with its reason. */
  readonly signal?: AbortSignal;
}

export type LockResult =
  | { readonly status: 'acquired'; readonly lease: LockLease }
  | { readonly status: 'held'; readonly holders: readonly HeldLock[] };

export interface ServiceReference {
  readonly appId: number;
  readonly service: string;
}

/** An update lock that a service or a client holds. */
export interface HeldLock extends ServiceReference {
  /** Of a lock that a client took through the API; absent: it is a file of the service. */
  readonly terms?: LockTerms;
}

/** The holder of an update lock that was taken through the API, its reason, and the end. */
export interface LockTerms {
  readonly holder: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Proof that all the update locks of an app are ours, until it is disposed of, or another process removes one. */
export interface LockLease extends AsyncDisposable {
  readonly appId: number;
  readonly services: readonly string[];
  /** Aborted once one of the locks is found to be gone; the reason is the error that says which. */
  readonly compromised: AbortSignal;
  /**
   * Looks at the locks of a service, to be sure at the moment before its container is touched.
   *
   * @throws the reason of `compromised`; `RangeError` when the lease is over, or was never one of this service
   */
  assertHeld(service: string): void;
}

import type { LockTerms } from './update-locks.ts';

/** Update locks that clients take through an API, for a time. */
export interface ClientLocks {
  /** Takes the lock of a service for a client, or prolongs it. */
  hold(request: HoldRequest): HoldResult;
  /** Gives a lock back that `holder` took. */
  release(lock: Pick<HoldRequest, 'appId' | 'service' | 'holder'>): ReleaseResult;
}

export interface HoldRequest {
  readonly appId: number;
  readonly service: string;
  /** Name that the client gave itself. */
  readonly holder: string;
  /** Why, for a person to read. */
  readonly reason: string;
  /** Milliseconds until it ends by itself. */
  readonly timeToLive: number;
}

/** - `taken`: another client has it, on these terms - `updating`: the supervisor has it, until the update is over */
export type HoldResult =
  | { readonly status: 'held' | 'taken'; readonly terms: LockTerms }
  | { readonly status: 'updating' };

/** - `free`: no client had taken it - `taken`: another client has it, on these terms */
export type ReleaseResult =
  | { readonly status: 'released' | 'free' }
  | { readonly status: 'taken'; readonly terms: LockTerms };

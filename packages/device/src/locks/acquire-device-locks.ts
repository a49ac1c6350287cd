import type { HeldLock, LockLease } from '@device-supervisor/compose';
import type { Clock } from '@device-supervisor/primitives';
import type { DeviceLocks, LockedApp } from '../ports.ts';

export interface DeviceLockRequest {
  /** Every app whose services may be disturbed, e.g. by a reboot. */
  readonly apps: readonly LockedApp[];
  /** Takes what services hold, too. */
  readonly force: boolean;
  /** Of this app alone; the locks of others are respected. Default: of all apps. */
  readonly forcedApp?: number | undefined;
  /** Milliseconds to wait for operations of our own that hold locks, 10000 by default. Services are not waited for. */
  readonly timeout?: number;
  /** Ends the wait; the call then rejects with its reason. */
  readonly signal: AbortSignal;
}

/**
 * - `held`: services hold locks; all of them are named
 * - `busy`: an operation of ours on the app did not end in time
 */
export type DeviceLockResult =
  | { readonly status: 'acquired'; readonly lease: DeviceLease }
  | { readonly status: 'held'; readonly holders: readonly HeldLock[] }
  | { readonly status: 'busy'; readonly appId: number };

/** Proof that the update locks of all the apps are ours, until it is disposed of. */
export interface DeviceLease extends AsyncDisposable {
  /** One for each app, in order of their ids. */
  readonly leases: readonly LockLease[];
}

const DEFAULT_TIMEOUT = 10_000;

/**
 * Takes the update locks of all apps together, or none: for what disturbs them all, like a reboot, a shutdown or a change
 * of the host's configuration.
 *
 * @throws what `locks.acquire` throws; the reason of `signal`
 * @example
 * ```ts
 * const result = await acquireDeviceLocks({ locks, clock }, { apps, force: false, signal });
 * if (result.status !== 'acquired') return result;
 * await using _lease = result.lease;
 * await power.reboot();
 * ```
 */
export async function acquireDeviceLocks(
  { locks, clock }: { readonly locks: Pick<DeviceLocks, 'acquire' | 'holders'>; readonly clock: Clock },
  { apps, force, forcedApp, timeout = DEFAULT_TIMEOUT, signal }: DeviceLockRequest,
): Promise<DeviceLockResult> {
  signal.throwIfAborted();
  const holders = await findHolders(locks, { apps, force, forcedApp });
  if (holders.length > 0) return { status: 'held', holders };
  const deadline = new AbortController();
  using _timer = clock.schedule(timeout, () => deadline.abort());
  const leases: LockLease[] = [];
  const lease: DeviceLease = { leases, [Symbol.asyncDispose]: () => releaseAll(leases) };
  let complete = false;
  try {
    // Always in the same order, so that two of us never wait for each other.
    for (const { appId, services } of apps.toSorted((a, b) => a.appId - b.appId)) {
      const waiting = AbortSignal.any([signal, deadline.signal]);
      const result = await unless(
        deadline.signal,
        locks.acquire({ appId, services, force: isForced(appId, { force, forcedApp }), signal: waiting }),
      );
      if (result === null) return { status: 'busy', appId };
      if (result.status === 'held') return result;
      leases.push(result.lease);
    }
    complete = true;
    return { status: 'acquired', lease };
  } finally {
    if (!complete) await releaseAll(leases);
  }
}

/** Services that hold locks which a request may not take. */
export async function findHolders(
  locks: Pick<DeviceLocks, 'holders'>,
  { apps, ...force }: Pick<DeviceLockRequest, 'apps' | 'force' | 'forcedApp'>,
): Promise<readonly HeldLock[]> {
  const respected = apps.filter(({ appId }) => !isForced(appId, force));
  const holders = await Promise.all(respected.map(({ appId, services }) => locks.holders(appId, services)));
  return holders.flat();
}

function isForced(
  appId: number,
  { force, forcedApp = appId }: Pick<DeviceLockRequest, 'force' | 'forcedApp'>,
): boolean {
  return force && forcedApp === appId;
}

/** @returns `null`: it was rejected because the signal was aborted */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  }
}

/** Releases every one, then throws the first failure. */
async function releaseAll(leases: readonly LockLease[]): Promise<void> {
  const results = await Promise.allSettled(leases.map((lease) => lease[Symbol.asyncDispose]()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

import {
  acquireDeviceLocks,
  findHolders,
  type DeviceLease,
  type DeviceLockRequest,
  type DeviceLockResult,
} from './acquire-device-locks.ts';
import type { Clock } from '@device-supervisor/primitives';
import type { DeviceLocks } from '../ports.ts';

export interface LendRequest extends Pick<DeviceLockRequest, 'apps' | 'force' | 'forcedApp' | 'signal'> {
  /** From now on nothing begins. */
  readonly onLent: () => void;
  readonly onReturned: () => void;
  /** Resolves when the operations under way have ended. */
  readonly idle: () => Promise<void>;
  /** An app with operations under way. */
  readonly busyApp: () => number | null;
}

/** How long it waits for operations under way, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Lends the update locks of all apps, and with them the device: what is under way is finished, and nothing begins until they
 * are given back, whether it needs a lock or not.
 */
export async function lendLocks(
  { locks, clock }: { readonly locks: Pick<DeviceLocks, 'acquire' | 'holders'>; readonly clock: Clock },
  { onLent, onReturned, idle, busyApp, ...request }: LendRequest,
): Promise<DeviceLockResult> {
  const { signal } = request;
  signal.throwIfAborted();
  // Whether services agree is known before anything ends for it.
  const holders = await findHolders(locks, request);
  if (holders.length > 0) return { status: 'held', holders };
  onLent();
  let lent = false;
  try {
    const result = (await isIdleInTime({ clock, signal, idle }))
      ? await acquireDeviceLocks({ locks, clock }, request)
      : ({ status: 'busy', appId: busyApp() ?? 0 } as const);
    if (result.status !== 'acquired') return result;
    lent = true;
    return { status: 'acquired', lease: withReturn(result.lease, onReturned) };
  } finally {
    if (!lent) onReturned();
  }
}

async function isIdleInTime({
  clock,
  signal,
  idle,
}: {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly idle: () => Promise<void>;
}): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const giveUp = (): void => late.reject(signal.reason);
  using _timer = clock.schedule(PATIENCE, () => late.resolve(false));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([idle().then(() => true), late.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function withReturn(lease: DeviceLease, onReturned: () => void): DeviceLease {
  let isReturned = false;
  return {
    leases: lease.leases,
    async [Symbol.asyncDispose]() {
      try {
        await lease[Symbol.asyncDispose]();
      } finally {
        if (!isReturned) onReturned();
        isReturned = true;
      }
    },
  };
}

import type { LockLease } from '@device-supervisor/update-locks';

/** A lease that no lock is behind, where no service takes update locks. */
export function freeLease(appId: number, services: readonly string[]): LockLease {
  return {
    appId,
    services,
    compromised: new AbortController().signal,
    assertHeld: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

import type { HeldLock, LockRequest } from '@device-supervisor/compose';
import type { LeaseCompromisedError } from './errors.ts';
import { findHolders } from './find-holders.ts';
import type { LockContext } from './lock-context.ts';
import { takeService, type HeldService } from './take-service.ts';

export type TakenServices =
  | { readonly status: 'taken'; readonly held: readonly HeldService[] }
  | { readonly status: 'held'; readonly holders: readonly HeldLock[] };

/**
 * Takes the locks of all services in the order of the request, or of none.
 *
 * @throws LockDirectoryError, InvalidServiceNameError
 */
export async function takeServices(
  context: LockContext,
  request: LockRequest,
  onCompromised: (error: LeaseCompromisedError) => void,
): Promise<TakenServices> {
  const { appId, services, force } = request;
  // Looking first spares services that are free the sight of locks that come and go, and watchers the news of them.
  const holders = force ? [] : await findHolders(context, appId, services);
  if (holders.length > 0) return { status: 'held', holders };

  const taken: HeldService[] = [];
  try {
    for (const service of services) {
      const held = await takeService(context, { appId, service, force, onCompromised });
      if (held === null) {
        await releaseServices(taken);
        return { status: 'held', holders: [{ appId, service }] };
      }
      taken.push(held);
    }
    return { status: 'taken', held: taken };
  } catch (error) {
    await Promise.allSettled([releaseServices(taken)]);
    throw error;
  }
}

/** Releases every one, then throws the first failure. */
export async function releaseServices(held: readonly HeldService[]): Promise<void> {
  const results = await Promise.allSettled(held.map((service) => service.release()));
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
}

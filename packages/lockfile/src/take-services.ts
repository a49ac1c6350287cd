import type { HeldLock, LockRequest } from '@device-supervisor/update-locks';
import type { LeaseCompromisedError } from './errors.ts';
import { findHolders } from './find-holders.ts';
import { createLeaseFiles, type LeaseFiles } from './lease-files.ts';
import type { LockContext } from './lock-context.ts';
import { takeService, type HeldService } from './take-service.ts';

export type TakenServices =
  | { readonly status: 'taken'; readonly held: readonly HeldService[]; readonly release: () => Promise<void> }
  | { readonly status: 'held'; readonly holders: readonly HeldLock[] };

/** Services whose locks are taken at once: Node.js makes four system calls at a time. */
const AT_ONCE = 8;

/**
 * Takes the locks of all services of the request, or of none.
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

  const files = createLeaseFiles(context, appId);
  const held: HeldService[] = [];
  const refused: HeldLock[] = [];
  const failures: unknown[] = [];
  const waiting = services.values();
  const work = async (): Promise<void> => {
    for (const service of waiting) {
      const taken = await takeService(context, { appId, service, force, files, onCompromised });
      if (taken === null) refused.push({ appId, service });
      else held.push(taken);
      if (refused.length > 0 || failures.length > 0) return;
    }
  };
  const workers = Array.from({ length: AT_ONCE }, () => work().catch((error: unknown) => void failures.push(error)));
  await Promise.all(workers);
  if (failures.length > 0) {
    // Should this fail too, then the next one to take the locks finds left-overs of ours.
    await Promise.allSettled([releaseAll(held, files)]);
    throw failures[0];
  }
  if (refused.length > 0) {
    await releaseAll(held, files);
    return { status: 'held', holders: refused };
  }
  files.unstage();
  return { status: 'taken', held, release: () => releaseAll(held, files) };
}

/** Releases every one, then throws the first failure. */
async function releaseAll(held: readonly HeldService[], files: LeaseFiles): Promise<void> {
  const results = await Promise.allSettled(held.map((service) => service.release()));
  const [closing] = await Promise.allSettled([files.close()]);
  for (const result of [...results, closing]) {
    if (result.status === 'rejected') throw result.reason;
  }
}

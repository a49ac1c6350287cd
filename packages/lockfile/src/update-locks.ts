import { randomUUID } from 'node:crypto';
import type { LockRequest } from '@device-supervisor/update-locks';
import type { AcquireResult, DeviceUpdateLocks, UpdateLease } from './device-update-locks.ts';
import { LockDirectoryError, LocksClosedError } from './errors.ts';
import { createExclusiveTurns } from './exclusive-turns.ts';
import { nodeFileSystem, type LockFileSystem } from './file-system.ts';
import { findHolders } from './find-holders.ts';
import { freeSpace } from './free-space.ts';
import { clearHandOver, findHandOvers } from './hand-over-markers.ts';
import { thisProcess } from './holder-process.ts';
import type { LockContext } from './lock-context.ts';
import { prepareAppDirectory, prepareServiceDirectory, serviceDirectory } from './lock-directory.ts';
import { recoverLeftovers } from './recover-leftovers.ts';
import { takeServices } from './take-services.ts';
import { watchLocks } from './watch-locks.ts';

export interface UpdateLocksOptions {
  /** Holds `<app id>/<service>/updates.lock`, e.g. `/mnt/root/tmp/balena-supervisor/services`. */
  readonly directory: string;
  /**
   * Whose locks these are, e.g. the name of your program. Locks that an ended process made under this name are left behind,
   * and removed; those of a running one are held. Processes of another container are not seen: of these, one at a time may
   * use a name.
   */
  readonly holder: string;
  /** Milliseconds between two looks at whether the locks of a lease are still there. */
  readonly verifyInterval?: number;
  readonly fileSystem?: LockFileSystem;
  /** Called with what a person should know: a service that fills the file system, an update without a lock file. */
  readonly logger?: (message: string) => void;
}

/**
 * Update locks as files that services and we contend for. A lock of a service is never stale and only removed by force;
 * one of ours is known by its content after a crash. Locks that are held when the process exits by itself are removed.
 *
 * @example
 * ```ts
 * const directory = '/mnt/root/tmp/balena-supervisor/services';
 * await using locks = createUpdateLocks({ directory, holder: 'my-tool' });
 * await locks.recoverLeftovers();
 * const result = await locks.acquire({ appId: 1, services: ['web'], force: false });
 * if (result.status === 'held') console.log('locked by', result.holders);
 * else await result.lease[Symbol.asyncDispose]();
 * ```
 */
export function createUpdateLocks(options: UpdateLocksOptions): DeviceUpdateLocks {
  const context: LockContext = {
    directory: options.directory,
    fileSystem: options.fileSystem ?? nodeFileSystem,
    owner: { holder: options.holder, instance: randomUUID(), process: thisProcess() },
    verifyInterval: options.verifyInterval ?? 5000,
    logger: options.logger ?? (() => undefined),
  };
  const turns = createExclusiveTurns<number>();
  const leases = new Set<UpdateLease>();
  const acquiring = new Set<Promise<unknown>>();
  let closed = false;

  async function acquire(request: LockRequest): Promise<AcquireResult> {
    if (closed) throw new LocksClosedError();
    const endTurn = await turns.take(request.appId, request.signal);
    try {
      const result = await takeLease(context, request, (lease) => {
        leases.delete(lease);
        endTurn();
      });
      if (result.status === 'held') endTurn();
      else await keep(result.lease);
      return result;
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** Disposal does not wait for leases that are created after it began. */
  async function keep(lease: UpdateLease): Promise<void> {
    leases.add(lease);
    if (!closed) return;
    await lease[Symbol.asyncDispose]();
    throw new LocksClosedError();
  }

  return {
    prepare: (appId, services) => prepareOrFreeSpace(context, appId, services),
    async acquire(request) {
      const acquired = acquire(request);
      acquiring.add(acquired);
      try {
        return await acquired;
      } finally {
        acquiring.delete(acquired);
      }
    },
    holders: (appId, services) => findHolders(context, appId, services),
    handOvers: (appId, services) => findHandOvers(context, appId, services),
    clearHandOver: (appId, service) => clearHandOver(context, appId, service),
    recoverLeftovers: () => recoverLeftovers(context),
    watch: (apps, signal) => watchLocks({ directory: context.directory, apps, signal }),
    async [Symbol.asyncDispose]() {
      closed = true;
      turns.rejectWaiting(new LocksClosedError());
      await Promise.allSettled(acquiring);
      const released = await Promise.allSettled([...leases].map((lease) => lease[Symbol.asyncDispose]()));
      for (const result of released) {
        if (result.status === 'rejected') throw result.reason;
      }
    },
  };
}

async function prepareOrFreeSpace(context: LockContext, appId: number, services: readonly string[]): Promise<void> {
  try {
    await prepareDirectories(context, appId, services);
  } catch (error) {
    const isFull = error instanceof LockDirectoryError && error.details.problem === 'no-space';
    if (!isFull || (await freeSpace(context)) === 0) throw error;
    await prepareDirectories(context, appId, services);
  }
}

/** One that fails keeps none from being made. */
async function prepareDirectories(
  { fileSystem, directory }: LockContext,
  appId: number,
  services: readonly string[],
): Promise<void> {
  if (services.length === 0) return;
  await prepareAppDirectory(fileSystem, directory, appId);
  const prepared = await Promise.allSettled(
    services.map(async (name) => await prepareServiceDirectory(fileSystem, serviceDirectory(directory, appId, name))),
  );
  for (const result of prepared) if (result.status === 'rejected') throw result.reason;
}

async function takeLease(
  context: LockContext,
  { appId, services, force }: LockRequest,
  onReleased: (lease: UpdateLease) => void,
): Promise<AcquireResult> {
  const names = [...new Set(services)].sort();
  const compromised = new AbortController();
  const taken = await takeServices(context, { appId, services: names, force }, (error) => compromised.abort(error));
  if (taken.status === 'held') return taken;
  const held = new Map(taken.held.map((one) => [one.service, one]));
  let released: Promise<void> | undefined;
  const lease: UpdateLease = {
    appId,
    services: names,
    compromised: compromised.signal,
    assertHeld(service) {
      compromised.signal.throwIfAborted();
      const one = held.get(service);
      if (one === undefined) throw new RangeError(`the lease of app ${appId} has no lock of service ${service}`);
      if (released !== undefined) throw new RangeError(`the lease of app ${appId} is over`);
      one.assertHeld();
    },
    [Symbol.asyncDispose]: () => (released ??= taken.release().finally(() => onReleased(lease))),
  };
  return { status: 'acquired', lease };
}

import type {
  ClientLocks,
  DeviceLocks,
  HeldLock,
  HoldRequest,
  HoldResult,
  LockedApp,
  LockLease,
  LockRequest,
  LockResult,
  LockTerms,
} from '@device-supervisor/update-locks';
import type { Clock } from '@device-supervisor/primitives';
import { createChangeQueue, type ChangeQueue } from './change-queue.ts';
import { InvalidTimeToLiveError } from './errors.ts';

/**
 * Update locks that clients take through an API, for a time, before those of another source: a client that crashes
 * leaves nothing behind. Both hold an update back; `holders` and `acquire` name the clients with their `terms`. Kept in
 * memory: a restart of the supervisor, which may be an update of it, ends them.
 */
export interface TimedLocks extends DeviceLocks, ClientLocks, Disposable {
  /**
   * The time to live is from 1 to {@link MAX_TIME_TO_LIVE}.
   *
   * @throws InvalidTimeToLiveError
   */
  hold(request: HoldRequest): HoldResult;
  list(): readonly TimedLock[];
}

export type TimedLock = HeldLock & { readonly terms: LockTerms };

export interface TimedLocksOptions {
  /** Where the services' own locks are. */
  readonly locks: DeviceLocks;
  readonly clock: Clock;
}

/** A week: also what forgets to give its lock back lets an update through at last. */
export const MAX_TIME_TO_LIVE = 604_800_000;

interface RunningLock extends TimedLock {
  readonly timer: Disposable;
}

/**
 * @example
 * ```ts
 * using timed = createTimedLocks({ locks, clock });
 * timed.hold({ appId: 1, service: 'web', holder: 'backup', reason: 'copies the database', timeToLive: 600_000 });
 * await timed.acquire({ appId: 1, services: ['web'], force: false }); // { status: 'held', holders: [{ …, terms }] }
 * ```
 */
export function createTimedLocks({ locks, clock }: TimedLocksOptions): TimedLocks {
  const timed = new Map<string, RunningLock>();
  const leases = new Set<LockLease>();
  const watchers = new Map<ReadonlySet<string>, ChangeQueue>();

  function changed({ appId, service }: HeldLock): void {
    const key = keyOf(appId, service);
    for (const [keys, queue] of watchers) if (keys.has(key)) queue.push({ appId, service });
  }

  function end(lock: RunningLock): void {
    lock.timer[Symbol.dispose]();
    timed.delete(keyOf(lock.appId, lock.service));
    changed(lock);
  }

  function timedLocksOf(appId: number, services: readonly string[]): RunningLock[] {
    return services.flatMap((service) => timed.get(keyOf(appId, service)) ?? []);
  }

  function isUpdating(appId: number, service: string): boolean {
    return [...leases].some((lease) => lease.appId === appId && lease.services.includes(service));
  }

  async function held({ appId, services }: LockRequest): Promise<LockResult> {
    const holders = await locks.holders(appId, services);
    return { status: 'held', holders: [...holders, ...timedLocksOf(appId, services).map(toHolder)] };
  }

  async function acquire(request: LockRequest): Promise<LockResult> {
    const { appId, services, force } = request;
    const isTaken = (): boolean => !force && timedLocksOf(appId, services).length > 0;
    if (isTaken()) return await held(request);
    const result = await locks.acquire(request);
    if (result.status === 'held') return result;
    // A client may have come while we waited for another lease of the app.
    if (isTaken()) {
      await result.lease[Symbol.asyncDispose]();
      return await held(request);
    }
    for (const lock of timedLocksOf(appId, services)) end(lock);
    return { status: 'acquired', lease: track(result.lease) };
  }

  /** Keeps clients from taking the locks of a lease as long as it lasts. */
  function track(inner: LockLease): LockLease {
    const lease: LockLease = {
      ...inner,
      async [Symbol.asyncDispose]() {
        leases.delete(lease);
        await inner[Symbol.asyncDispose]();
      },
    };
    leases.add(lease);
    return lease;
  }

  function watch(apps: readonly LockedApp[], signal: AbortSignal): AsyncIterable<HeldLock> {
    const keys = new Set(apps.flatMap((app) => app.services.map((service) => keyOf(app.appId, service))));
    const stop = new AbortController();
    const changes = locks.watch(apps, AbortSignal.any([signal, stop.signal]));
    const onEnd = (): void => {
      watchers.delete(keys);
      stop.abort();
    };
    const queue = createChangeQueue({ signal, onEnd });
    if (!signal.aborted) watchers.set(keys, queue);
    void forward(changes, queue);
    return queue;
  }

  return {
    handOvers: (appId, services) => locks.handOvers(appId, services),
    clearHandOver: (appId, service) => locks.clearHandOver(appId, service),
    prepare: (appId, services) => locks.prepare(appId, services),
    async holders(appId, services) {
      return [...(await locks.holders(appId, services)), ...timedLocksOf(appId, services).map(toHolder)];
    },
    acquire,
    watch,
    hold({ appId, service, holder, reason, timeToLive }) {
      if (!Number.isInteger(timeToLive) || timeToLive < 1 || timeToLive > MAX_TIME_TO_LIVE) {
        throw new InvalidTimeToLiveError(timeToLive, MAX_TIME_TO_LIVE);
      }
      const other = timed.get(keyOf(appId, service));
      if (other !== undefined && other.terms.holder !== holder) return { status: 'taken', terms: other.terms };
      if (isUpdating(appId, service)) return { status: 'updating' };
      other?.timer[Symbol.dispose]();
      const terms = { holder, reason, expiresAt: clock.now() + timeToLive };
      // The timer ends it, and not a look at the clock: a device without one may find that years have passed.
      const timer = clock.schedule(timeToLive, () => end(lock));
      const lock: RunningLock = { appId, service, terms, timer };
      timed.set(keyOf(appId, service), lock);
      if (other === undefined) changed(lock);
      return { status: 'held', terms };
    },
    release({ appId, service, holder }) {
      const lock = timed.get(keyOf(appId, service));
      if (lock === undefined) return { status: 'free' };
      if (lock.terms.holder !== holder) return { status: 'taken', terms: lock.terms };
      end(lock);
      return { status: 'released' };
    },
    list: () => [...timed.values()].map(toHolder),
    [Symbol.dispose]() {
      for (const { timer } of timed.values()) timer[Symbol.dispose]();
      timed.clear();
    },
  };
}

async function forward(changes: AsyncIterable<HeldLock>, queue: ChangeQueue): Promise<void> {
  try {
    for await (const change of changes) queue.push(change);
  } catch (error) {
    queue.fail(error instanceof Error ? error : new Error(String(error), { cause: error }));
  }
}

function toHolder({ appId, service, terms }: TimedLock): TimedLock {
  return { appId, service, terms };
}

function keyOf(appId: number, service: string): string {
  return `${appId}/${service}`;
}

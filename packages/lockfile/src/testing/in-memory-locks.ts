import type { HeldLock, LockRequest } from '@device-supervisor/update-locks';
import { createChangeQueue, type ChangeQueue } from '../change-queue.ts';
import type { AcquireResult, DeviceUpdateLocks, UpdateLease } from '../device-update-locks.ts';
import { LeaseCompromisedError, LocksClosedError } from '../errors.ts';
import { createExclusiveTurns } from '../exclusive-turns.ts';

/** Update locks without a file system, and what a test does to them on behalf of services. */
export interface InMemoryLocks extends DeviceUpdateLocks {
  /** The service takes its lock. @returns whether it could: not while we hold it */
  hold(appId: number, service: string): boolean;
  /** The service releases its lock. */
  drop(appId: number, service: string): void;
  /** Services of the app whose locks we hold, in alphabetic order. */
  heldByUs(appId: number): readonly string[];
  /** An earlier run of us held the lock when it crashed. */
  leaveBehind(appId: number, service: string): void;
  /** Kills the supervisor: its locks are left behind, its waits and watches end. */
  crash(): void;
  /** Another process removes our lock, and we notice it. */
  compromise(appId: number, service: string): void;
  /** The service's new container says that it took over. */
  completeHandOver(appId: number, service: string): void;
  /** Services whose directory was made, as `<app id>/<service>`. */
  readonly prepared: ReadonlySet<string>;
}

type Holder = 'service' | 'earlier-run' | UpdateLease;

export function createInMemoryLocks(): InMemoryLocks {
  const locks = new Map<string, Holder>();
  const prepared = new Set<string>();
  const handOvers = new Set<string>();
  const compromises = new Map<UpdateLease, AbortController>();
  const watchers = new Map<ReadonlySet<string>, ChangeQueue>();
  let turns = createExclusiveTurns<number>();
  let closed = false;

  function set(appId: number, service: string, holder: Holder | null): void {
    const key = keyOf(appId, service);
    if (holder === null) locks.delete(key);
    else locks.set(key, holder);
    changed(appId, service);
  }

  function changed(appId: number, service: string): void {
    const key = keyOf(appId, service);
    for (const [keys, queue] of watchers) {
      if (keys.has(key)) queue.push({ appId, service });
    }
  }

  function heldByServices(appId: number, services: readonly string[]): readonly HeldLock[] {
    return services
      .filter((service) => locks.get(keyOf(appId, service)) === 'service')
      .map((service) => ({ appId, service }));
  }

  function createLease(appId: number, services: readonly string[], endTurn: () => void): UpdateLease {
    const controller = new AbortController();
    const lease: UpdateLease = {
      appId,
      services,
      compromised: controller.signal,
      assertHeld(service) {
        controller.signal.throwIfAborted();
        if (locks.get(keyOf(appId, service)) !== lease) throw new RangeError(`${keyOf(appId, service)} is not held`);
      },
      async [Symbol.asyncDispose]() {
        for (const service of services) {
          if (locks.get(keyOf(appId, service)) === lease) set(appId, service, null);
        }
        compromises.delete(lease);
        endTurn();
      },
    };
    compromises.set(lease, controller);
    for (const service of services) {
      prepared.add(keyOf(appId, service));
      set(appId, service, lease);
    }
    return lease;
  }

  async function acquire({ appId, services, force, signal }: LockRequest): Promise<AcquireResult> {
    if (closed) throw new LocksClosedError();
    const endTurn = await turns.take(appId, signal);
    if (closed) {
      endTurn();
      throw new LocksClosedError();
    }
    const names = [...new Set(services)].sort();
    const holders = force ? [] : heldByServices(appId, names);
    if (holders.length === 0) return { status: 'acquired', lease: createLease(appId, names, endTurn) };
    endTurn();
    return { status: 'held', holders };
  }

  return {
    prepared,
    prepare: async (appId, services) => {
      for (const service of services) prepared.add(keyOf(appId, service));
    },
    acquire,
    holders: async (appId, services) => heldByServices(appId, services),
    handOvers: async (appId, services) =>
      services.filter((service) => handOvers.has(keyOf(appId, service))).map((service) => ({ appId, service })),
    clearHandOver: async (appId, service) => {
      handOvers.delete(keyOf(appId, service));
    },
    completeHandOver(appId, service) {
      handOvers.add(keyOf(appId, service));
      changed(appId, service);
    },
    async recoverLeftovers() {
      const leftovers = [...locks].filter(([, holder]) => holder === 'earlier-run').map(([key]) => parseKey(key));
      for (const { appId, service } of leftovers) set(appId, service, null);
      return leftovers.map((leftover) => ({ ...leftover, path: keyOf(leftover.appId, leftover.service) }));
    },
    watch(apps, signal) {
      const keys = new Set(apps.flatMap(({ appId, services }) => services.map((service) => keyOf(appId, service))));
      const queue = createChangeQueue({ signal, onEnd: () => watchers.delete(keys) });
      if (!signal.aborted) watchers.set(keys, queue);
      return queue;
    },
    hold(appId, service) {
      if (locks.has(keyOf(appId, service))) return false;
      set(appId, service, 'service');
      return true;
    },
    drop(appId, service) {
      if (locks.get(keyOf(appId, service)) === 'service') set(appId, service, null);
    },
    heldByUs: (appId) =>
      [...locks]
        .filter(([, holder]) => typeof holder === 'object' && holder.appId === appId)
        .map(([key]) => parseKey(key).service)
        .sort(),
    leaveBehind: (appId, service) => set(appId, service, 'earlier-run'),
    crash() {
      turns = createExclusiveTurns();
      compromises.clear();
      watchers.clear();
      for (const [key, holder] of locks) if (typeof holder === 'object') locks.set(key, 'earlier-run');
    },
    compromise(appId, service) {
      const holder = locks.get(keyOf(appId, service));
      if (typeof holder !== 'object') return;
      set(appId, service, null);
      compromises.get(holder)?.abort(new LeaseCompromisedError({ appId, service }, keyOf(appId, service)));
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      turns.rejectWaiting(new LocksClosedError());
      for (const lease of compromises.keys()) await lease[Symbol.asyncDispose]();
    },
  };
}

function keyOf(appId: number, service: string): string {
  return `${appId}/${service}`;
}

function parseKey(key: string): HeldLock {
  const slash = key.indexOf('/');
  return { appId: Number(key.slice(0, slash)), service: key.slice(slash + 1) };
}

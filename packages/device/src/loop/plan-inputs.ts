import {
  ALL_APPS,
  hasApp,
  serviceKey,
  serviceLabels,
  wantsSupervisorApi,
  type AppSet,
  type EngineSnapshot,
  type HeldLock,
  type PlanInput,
} from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';
import type { TargetState } from '@device-supervisor/state';
import type { DeviceDependencies } from '../device-dependencies.ts';
import { readSizes, readStorageNeeds } from '../downloads/image-storage.ts';
import { withFinishedImages } from '../history/finished-images.ts';
import type { LockedApp } from '../ports.ts';

/** The loop's own state that a plan depends on. */
export interface KnownToLoop extends Pick<
  PlanInput['policy'],
  | 'updates'
  | 'forceLocks'
  | 'requests'
  | 'seenRunning'
  | 'runningFor'
  | 'crashLooping'
  | 'mountedVolumes'
  | 'paused'
  | 'foreignImages'
  | 'keepImages'
  | 'useDeltas'
  | 'damagedImages'
> {
  /** Canonical references of images that may be damaged. */
  readonly suspectedImages: ReadonlySet<string>;
  readonly localMode: boolean;
}

export interface GatherContext {
  readonly dependencies: Pick<DeviceDependencies, 'store' | 'facts' | 'locks' | 'clock' | 'bootId' | 'storage'>;
  readonly known: KnownToLoop;
  /** Images that are being fetched. */
  readonly downloading: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Collects the input of a plan. A read that fails for one app holds that app alone. */
export async function gatherPlanInput(
  target: TargetState,
  snapshot: EngineSnapshot,
  { dependencies, known, downloading, signal }: GatherContext,
): Promise<PlanInput> {
  const { store, facts, locks, clock, bootId, storage } = dependencies;
  const { localMode, suspectedImages, ...policy } = known;
  const [lockStates, storageNeeds, replaceable] = await Promise.all([
    Promise.all(lockedApps(target, snapshot).map((app) => readLocks(app, locks))),
    readStorageNeeds(storage, { references: imagesOf(target), downloading, snapshot, clock, signal }),
    // An image that may be damaged is given up only where its registry has it.
    storage === undefined || suspectedImages.size === 0 ? null : readSizes(suspectedImages, { storage, clock, signal }),
  ]);
  const keys = supervisorApiKeys(target, store, keysOfContainers(snapshot));
  return {
    snapshot: withFinishedImages(snapshot, downloading),
    ...storageNeeds,
    images: store.images.list(),
    heldLocks: lockStates.flatMap(({ holders }) => holders),
    handOverMarkers: new Set(
      lockStates.flatMap(({ handOvers }) => handOvers.map(({ appId, service }) => serviceKey(appId, service))),
    ),
    now: clock.now(),
    bootId,
    target,
    device: target.name === undefined ? facts : { ...facts, name: target.name },
    policy: {
      supervisorApiKeys: keys.found,
      heldApps: new Map([...lockStates.flatMap(({ fault }) => fault ?? []), ...keys.faults]),
      // A developer applies the same data repeatedly.
      keepVolumes: localMode,
      ...policy,
      damagedImages: new Set([...policy.damagedImages, ...(replaceable?.keys() ?? [])]),
    },
  };
}

/** Every app of the target or on the engine, with all services it has here or there. */
export function lockedApps(target: TargetState | null, { containers }: EngineSnapshot): LockedApp[] {
  const apps = new Map<number, Set<string>>();
  const add = (appId: number, service: string): void => {
    apps.set(appId, (apps.get(appId) ?? new Set()).add(service));
  };
  for (const { id, release } of Object.values(target?.apps ?? {})) {
    for (const name of Object.keys(release?.services ?? {})) add(id, name);
  }
  for (const { identity } of containers) if (identity !== null) add(identity.appId, identity.serviceName);
  return [...apps].map(([appId, services]) => ({ appId, services: [...services].sort() }));
}

/** References of all images that a target needs for apps. */
export function imagesOf(target: TargetState | null, apps: AppSet = ALL_APPS): string[] {
  return Object.values(target?.apps ?? {})
    .filter(({ id }) => hasApp(apps, id))
    .flatMap(({ release }) => Object.values(release?.services ?? {}).map(({ image }) => image));
}

/** The images that the plan inspects: those of a target by name, and by content where that is known. */
export function observedImagesOf(target: TargetState | null): string[] {
  const contents = Object.values(target?.apps ?? {}).flatMap(({ release }) =>
    Object.values(release?.services ?? {}).flatMap(({ contentId }) => contentId ?? []),
  );
  return [...imagesOf(target), ...contents];
}

type Fault = readonly [appId: number, reason: string];

interface LockState {
  readonly holders: readonly HeldLock[];
  readonly handOvers: readonly HeldLock[];
  readonly fault: readonly Fault[];
}

async function readLocks({ appId, services }: LockedApp, locks: DeviceDependencies['locks']): Promise<LockState> {
  try {
    const [holders, handOvers] = await Promise.all([locks.holders(appId, services), locks.handOvers(appId, services)]);
    return { holders, handOvers, fault: [] };
  } catch (error) {
    const reason = `its update locks cannot be read, which is tried again: ${formatError(error)}`;
    return { holders: [], handOvers: [], fault: [[appId, reason]] };
  }
}

function supervisorApiKeys(
  target: TargetState,
  { apiKeys }: DeviceDependencies['store'],
  present: ReadonlyMap<string, string>,
): { readonly found: ReadonlyMap<string, string>; readonly faults: readonly Fault[] } {
  const found = new Map<string, string>();
  const faults: Fault[] = [];
  for (const app of Object.values(target.apps)) {
    const services = Object.values(app.release?.services ?? {}).filter((service) =>
      wantsSupervisorApi(serviceLabels(service)),
    );
    try {
      for (const { name } of services) {
        const key = serviceKey(app.id, name);
        found.set(key, apiKeys.forService(app.id, name, present.get(key)));
      }
    } catch (error) {
      faults.push([
        app.id,
        `its keys for the supervisor's API cannot be read, which is tried again: ${formatError(error)}`,
      ]);
    }
  }
  return { found, faults };
}

/** Keys that we gave to containers, by {@link serviceKey}. */
function keysOfContainers({ containers }: EngineSnapshot): ReadonlyMap<string, string> {
  return new Map(
    containers.flatMap(({ identity, config: { labels, environment } }): [string, string][] => {
      const key = environment['BALENA_SUPERVISOR_API_KEY'];
      // Without the label the variable is the user's.
      if (identity === null || key === undefined || !wantsSupervisorApi(labels)) return [];
      return [[serviceKey(identity.appId, identity.serviceName), key]];
    }),
  );
}

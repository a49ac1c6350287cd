import {
  serviceKey,
  serviceLabels,
  wantsSupervisorApi,
  type EngineSnapshot,
  type LockHolder,
  type PlanInput,
} from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';
import { resolveDeviceConfig } from '../settings/resolve-device-config.ts';
import type { DeviceDependencies } from '../device-dependencies.ts';
import { withFinishedImages } from '../history/finished-images.ts';
import { readStorageNeeds } from '../downloads/image-storage.ts';
import type { LockedApp } from '../ports.ts';

/** What the reconciler knows and the outside does not. */
export interface KnownToReconciler extends Pick<
  PlanInput['policy'],
  'forceLocks' | 'requests' | 'seenRunning' | 'crashLooping' | 'paused' | 'foreignImages'
> {
  readonly localMode: boolean;
}

export interface GatherContext {
  readonly dependencies: DeviceDependencies;
  readonly known: KnownToReconciler;
  /** Images that are being fetched. */
  readonly downloading: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Puts together what a plan is made from. */
export async function gatherPlanInput(
  target: TargetState,
  snapshot: EngineSnapshot,
  { dependencies, known, downloading, signal }: GatherContext,
): Promise<PlanInput> {
  const { store, facts, locks, clock, bootId, storage } = dependencies;
  const { localMode, ...policy } = known;
  const apps = lockedApps(target, snapshot);
  const [heldLocks, handOvers] = await Promise.all([
    ofAll(apps, (app) => locks.holders(app.appId, app.services)),
    ofAll(apps, (app) => locks.handOvers(app.appId, app.services)),
  ]);
  return {
    snapshot: withFinishedImages(snapshot, downloading),
    ...(await readStorageNeeds(storage, { references: imagesOf(target), downloading, snapshot, clock, signal })),
    images: store.images.list(),
    heldLocks,
    handOverMarkers: new Set(handOvers.map(({ appId, service }) => serviceKey(appId, service))),
    now: clock.now(),
    bootId,
    target,
    device: target.name === undefined ? facts : { ...facts, name: target.name },
    policy: {
      supervisorApiKeys: supervisorApiKeys(target, dependencies),
      // A developer applies the same images and data again and again.
      keepImages: localMode,
      useDeltas: resolveDeviceConfig(target.config).settings.delta,
      keepVolumes: localMode,
      ...policy,
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

/** References of all images that a target needs. */
export function imagesOf(target: TargetState | null): string[] {
  return Object.values(target?.apps ?? {}).flatMap(({ release }) =>
    Object.values(release?.services ?? {}).map(({ image }) => image),
  );
}

/** What the plan needs to know of images: those of a target by name, and by content where that is known. */
export function observedImagesOf(target: TargetState | null): string[] {
  const contents = Object.values(target?.apps ?? {}).flatMap(({ release }) =>
    Object.values(release?.services ?? {}).flatMap(({ contentId }) => contentId ?? []),
  );
  return [...imagesOf(target), ...contents];
}

async function ofAll(
  apps: readonly LockedApp[],
  look: (app: LockedApp) => Promise<readonly LockHolder[]>,
): Promise<LockHolder[]> {
  return (await Promise.all(apps.map(look))).flat();
}

function supervisorApiKeys(target: TargetState, { store }: DeviceDependencies): Map<string, string> {
  const keys = new Map<string, string>();
  for (const app of Object.values(target.apps)) {
    for (const service of Object.values(app.release?.services ?? {})) {
      if (!wantsSupervisorApi(serviceLabels(service))) continue;
      keys.set(serviceKey(app.id, service.name), store.apiKeys.forService(app.id, service.name));
    }
  }
  return keys;
}

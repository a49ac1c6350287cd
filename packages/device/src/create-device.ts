import type { TargetApp, TargetState } from '@device-supervisor/state';
import { acquireDeviceLocks } from './locks/acquire-device-locks.ts';
import { unusedVolumes } from './actions/unused-volumes.ts';
import type { ApplyOptions, Device, DeviceEvent } from './device.ts';
import { AppNotFoundError, ServiceNotFoundError } from './errors.ts';
import type { DeviceDependencies } from './device-dependencies.ts';
import { markOwnStops } from './history/own-stops.ts';
import { lockedApps } from './loop/plan-inputs.ts';
import { Reconciler } from './loop/reconciler.ts';
import { pinImages } from './session/pin-images.ts';
import { NO_TARGET, Targets } from './session/targets.ts';

/** Starts to keep the device at its last target; without one it leaves what is on the engine alone. */
export function createDevice(dependencies: DeviceDependencies): Device {
  const { store, managed, facts } = dependencies;
  const targets = new Targets(store.targets, managed);
  const listeners = new Set<(event: DeviceEvent) => void>();
  const reconciler = new Reconciler({
    ...dependencies,
    engine: markOwnStops(dependencies.engine),
    targets,
    emit: (event) => listeners.forEach((listener) => listener(event)),
  });
  const target = (): TargetState => reconciler.target ?? NO_TARGET;
  /** Local targets count in the order in which they came. */
  let lastLocalTarget: Promise<unknown> = Promise.resolve();
  const onServices =
    (kind: 'restart' | 'stop' | 'start') =>
    async (appId: number, service: string, { force = false }: ApplyOptions = {}): Promise<void> => {
      const app = findApp(target(), appId);
      if (app.release?.services[service] === undefined) throw new ServiceNotFoundError(appId, service);
      await reconciler.act({ kind, app, services: [service] }, force);
    };
  const onApp =
    (kind: 'restart' | 'purge') =>
    async (appId: number, { force = false }: ApplyOptions = {}): Promise<void> => {
      const app = findApp(target(), appId);
      await reconciler.act({ kind, app, services: Object.keys(app.release?.services ?? {}) }, force);
    };
  return {
    facts,
    get localMode() {
      return targets.localMode;
    },
    target,
    async setLocalTarget(next: TargetState, { force = false }: ApplyOptions = {}) {
      targets.requireLocalMode();
      const pinned = pinImages(next, dependencies.engine);
      const turn = lastLocalTarget.then(async () => {
        targets.setLocal(await pinned);
        reconciler.reach(force);
      });
      lastLocalTarget = Promise.allSettled([turn]);
      await turn;
    },
    async setCloudTarget(next: TargetState, { force = false }: ApplyOptions = {}) {
      targets.setCloud(next);
      reconciler.reach(force);
    },
    state: () => reconciler.state(),
    async update({ force = false, cancel = false } = {}) {
      if (cancel) reconciler.suspend();
      else reconciler.resume(force);
    },
    restartApp: onApp('restart'),
    purgeApp: onApp('purge'),
    restartService: onServices('restart'),
    stopService: onServices('stop'),
    startService: onServices('start'),
    async removeUnusedVolumes(appIds) {
      const volumes = unusedVolumes(target(), reconciler.snapshot, appIds);
      // Also as long as there is no target: then nothing is looked at, and nothing would ever be done.
      if (volumes.length === 0) return;
      await reconciler.act({ kind: 'remove-volumes', app: null, services: [], volumes }, false);
    },
    lockAll: (request) =>
      acquireDeviceLocks(dependencies, { ...request, apps: lockedApps(reconciler.target, reconciler.snapshot) }),
    plan: (other) => reconciler.planFor(other ?? target()),
    environment: (containerId) =>
      reconciler.snapshot.containers.find(({ id }) => id === containerId)?.config.environment ?? null,
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    health: () => reconciler.health(),
    [Symbol.asyncDispose]: () => reconciler[Symbol.asyncDispose](),
  };
}

/** @throws AppNotFoundError */
function findApp(target: TargetState, appId: number): TargetApp {
  const app = Object.values(target.apps).find(({ id }) => id === appId);
  if (app === undefined) throw new AppNotFoundError(appId);
  return app;
}

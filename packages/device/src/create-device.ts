import { ALL_APPS, onlyApps, toAppSet, type AppSet } from '@device-supervisor/compose';
import type { TargetApp, TargetState } from '@device-supervisor/state';
import { unusedVolumes } from './actions/unused-volumes.ts';
import type { ApplyOptions, CloudTargetOptions, Device } from './device.ts';
import { AppNotFoundError, ServiceNotFoundError } from './errors.ts';
import type { DeviceDependencies } from './device-dependencies.ts';
import { DamagedImages } from './history/damaged-images.ts';
import { Loop } from './loop/loop.ts';
import { pinImages } from './session/pin-images.ts';
import { NO_TARGET, Targets } from './session/targets.ts';
import { createSettings } from './settings/settings.ts';

/** Starts to keep the device at its last target; without one it leaves what is on the engine alone. */
export function createDevice(dependencies: DeviceDependencies): Device {
  const { store, managed, facts } = dependencies;
  const targets = new Targets(store.targets, managed);
  const settings = dependencies.settings ?? createSettings();
  settings.adopt(targets.current?.config ?? {});
  const damagedImages = new DamagedImages({ store: store.boots, bootId: dependencies.bootId });
  const loop = new Loop({ ...dependencies, settings, targets, damagedImages });
  const applyTarget = (force: AppSet): void => {
    settings.adopt(targets.current?.config ?? {});
    loop.applyTarget(force);
  };
  const target = (): TargetState => loop.target ?? NO_TARGET;
  /** Local targets count in the order in which they came. */
  let lastLocalTarget: Promise<unknown> = Promise.resolve();
  const onServices =
    (kind: 'restart' | 'stop' | 'start') =>
    async (appId: number, service: string, { force = false }: ApplyOptions = {}): Promise<void> => {
      const app = findApp(target(), appId);
      if (!Object.hasOwn(app.release?.services ?? {}, service)) throw new ServiceNotFoundError(appId, service);
      await loop.act({ kind, app, services: [service] }, force);
    };
  const onApp =
    (kind: 'restart' | 'purge') =>
    async (appId: number, { force = false }: ApplyOptions = {}): Promise<void> => {
      const app = findApp(target(), appId);
      await loop.act({ kind, app, services: Object.keys(app.release?.services ?? {}) }, force);
    };
  return {
    facts,
    get localMode() {
      return targets.localMode;
    },
    target,
    async setLocalTarget(next: TargetState, { force = false }: ApplyOptions = {}) {
      targets.requireLocalMode();
      using _announcement = loop.announceTarget();
      const pinned = pinImages(next, dependencies.engine);
      const turn = lastLocalTarget.then(async () => {
        targets.setLocal(await pinned);
        applyTarget(toAppSet(force));
      });
      lastLocalTarget = Promise.allSettled([turn]);
      await turn;
    },
    async setCloudTarget(next: TargetState, { force = false }: CloudTargetOptions = {}) {
      targets.setCloud(next);
      applyTarget(toAppSet(force));
    },
    state: () => loop.state(),
    async update({ force = false, cancel = false, appId } = {}) {
      const apps = appId === undefined ? ALL_APPS : onlyApps([appId]);
      if (cancel) loop.cancel(apps);
      else loop.update(apps, force);
    },
    restartApp: onApp('restart'),
    purgeApp: onApp('purge'),
    restartService: onServices('restart'),
    stopService: onServices('stop'),
    startService: onServices('start'),
    async removeUnusedVolumes(appIds) {
      const volumes = unusedVolumes(target(), loop.observer.snapshot, appIds);
      // Also as long as there is no target: then nothing is looked at, and nothing would ever be done.
      if (volumes.length === 0) return;
      await loop.act({ kind: 'remove-volumes', app: null, services: [], volumes }, false);
    },
    lockAll: (request) => loop.lockAll(request),
    plan: (other) => loop.planFor(other ?? target()),
    environment: (containerId) =>
      loop.observer.snapshot.containers.find(({ id }) => id === containerId)?.config.environment ?? null,
    subscribe: (listener) => loop.subscribe(listener),
    health: () => loop.health(),
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      damagedImages.close();
    },
  };
}

/** @throws AppNotFoundError */
function findApp(target: TargetState, appId: number): TargetApp {
  const app = Object.values(target.apps).find(({ id }) => id === appId);
  if (app === undefined) throw new AppNotFoundError(appId);
  return app;
}

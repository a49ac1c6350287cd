import type { TargetState } from '@device-supervisor/state';
import type { ApplyOptions, Device, DeviceEvent } from './device.ts';
import { NotInLocalModeError } from './errors.ts';
import type { DeviceDependencies } from './device-dependencies.ts';
import { Reconciler } from './reconciler.ts';

const NO_TARGET: TargetState = { config: {}, apps: {} };

/** Starts to keep the device at its last target; without one it leaves what is on the engine alone. */
export function createDevice(dependencies: DeviceDependencies): Device {
  const { store, managed, facts } = dependencies;
  const source = managed ? 'cloud' : 'local';
  const listeners = new Set<(event: DeviceEvent) => void>();
  const reconciler = new Reconciler({
    ...dependencies,
    target: store.targets.load(source),
    emit: (event) => listeners.forEach((listener) => listener(event)),
  });
  return {
    facts,
    localMode: !managed,
    target: () => reconciler.target ?? NO_TARGET,
    async setLocalTarget(target: TargetState, { force = false }: ApplyOptions = {}) {
      if (managed) throw new NotInLocalModeError();
      store.targets.save('local', target);
      reconciler.reach(target, force);
    },
    state: () => reconciler.state(),
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    health: () => reconciler.health(),
    [Symbol.asyncDispose]: () => reconciler[Symbol.asyncDispose](),
  };
}

import type { Clock, DeviceDependencies, DeviceEngine } from '@device-supervisor/device';

/**
 * An engine as a process that may be killed sees it: once `life` is aborted, no call of it has an effect any more, nor an
 * answer.
 */
export function mortalEngine(engine: DeviceEngine, life: AbortSignal): DeviceEngine {
  const mortal = mortality(life);
  return {
    observe: mortal(engine.observe),
    async *events(signal) {
      yield* engine.events(AbortSignal.any([signal, life]));
      if (life.aborted) await never();
    },
    pullImage: mortal(engine.pullImage),
    removeImage: mortal(engine.removeImage),
    createNetwork: mortal(engine.createNetwork),
    removeNetwork: mortal(engine.removeNetwork),
    createVolume: mortal(engine.createVolume),
    removeVolume: mortal(engine.removeVolume),
    createContainer: mortal(engine.createContainer),
    putFiles: mortal(engine.putFiles),
    connectNetwork: mortal(engine.connectNetwork),
    startContainer: mortal(engine.startContainer),
    stopContainer: mortal(engine.stopContainer),
    removeContainer: mortal(engine.removeContainer),
    renameContainer: mortal(engine.renameContainer),
    updateContainer: mortal(engine.updateContainer),
  };
}

/** The ports of a device beside its engine. */
export type LocalPorts = Pick<DeviceDependencies, 'locks' | 'store'>;

/** Locks and records as such a process sees them. */
export function mortalPorts({ locks, store }: LocalPorts, life: AbortSignal): LocalPorts {
  const mortal = mortality(life);
  const { images } = store;
  return {
    locks: { ...locks, acquire: mortal(locks.acquire), clearHandOver: mortal(locks.clearHandOver) },
    store: { ...store, images: { ...images, save: mortal(images.save), forget: mortal(images.forget) } },
  };
}

/** Time as a process that may be killed sees it: its timers end with it. */
export function mortalClock(clock: Clock, life: AbortSignal): Clock {
  const timers = new Set<Disposable>();
  life.addEventListener('abort', () => timers.forEach((timer) => timer[Symbol.dispose]()), { once: true });
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    schedule(delay, callback) {
      if (life.aborted) return { [Symbol.dispose]: () => undefined };
      const timer = clock.schedule(delay, () => {
        timers.delete(timer);
        callback();
      });
      timers.add(timer);
      return {
        [Symbol.dispose]() {
          timers.delete(timer);
          timer[Symbol.dispose]();
        },
      };
    },
  };
}

/** Calls that have neither an effect nor an answer once `life` is aborted. */
function mortality(life: AbortSignal) {
  return <Args extends readonly unknown[], Result>(method: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (life.aborted) return await never();
      const result = method(...args);
      await Promise.allSettled([result]);
      return life.aborted ? await never() : await result;
    };
}

function never(): Promise<never> {
  return Promise.withResolvers<never>().promise;
}

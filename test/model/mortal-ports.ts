import type { Clock, DeviceEngine } from '@device-supervisor/device';

/**
 * An engine as a process that may be killed sees it: once `life` is aborted, no call of it has an effect any more, nor an
 * answer.
 */
export function mortalEngine(engine: DeviceEngine, life: AbortSignal): DeviceEngine {
  const mortal =
    <Args extends readonly unknown[], Result>(method: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (life.aborted) return await never();
      const result = method(...args);
      await Promise.allSettled([result]);
      return life.aborted ? await never() : await result;
    };
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

function never(): Promise<never> {
  return Promise.withResolvers<never>().promise;
}

import { setImmediate } from 'node:timers/promises';
import { TEST_DEVICE } from '@device-supervisor/compose/testing';
import {
  createDevice,
  systemMessage,
  type Device,
  type DeviceDependencies,
  type DeviceEvent,
  type ImageStorage,
} from '@device-supervisor/device';
import { createFakeClock, createInMemoryStore, type FakeClock } from '@device-supervisor/device/testing';
import {
  createInMemoryEngine,
  type InMemoryEngine,
  type InMemoryEngineOptions,
} from '@device-supervisor/engine/testing';
import { createInMemoryLocks, type InMemoryLocks } from '@device-supervisor/lockfile/testing';

/** A device over an engine, locks and a store in memory, whose time the test moves. */
export interface DeviceHarness extends AsyncDisposable {
  readonly device: Device;
  readonly engine: InMemoryEngine;
  readonly locks: InMemoryLocks;
  readonly clock: FakeClock;
  readonly events: DeviceEvent[];
  /** Lets everything happen that happens without time passing. */
  flush(): Promise<void>;
  /**
   * Lets time pass, from timer to timer, until the device has nothing left to do.
   *
   * @param beforeEach called before each step of time
   */
  settle(beforeEach?: () => void): Promise<void>;
  /** What the supervisor said so far. */
  said(): string[];
  /** Ends the supervisor and starts another, which knows what is in the store. */
  restart(changed?: Partial<DeviceDependencies>): Promise<void>;
}

export interface HarnessOptions extends InMemoryEngineOptions {
  readonly dependencies?: Partial<DeviceDependencies>;
  readonly storage?: ImageStorage;
  readonly wrapEngine?: (engine: InMemoryEngine, locks: InMemoryLocks) => Parameters<typeof createDevice>[0]['engine'];
}

/** Turns of the event loop in which everything that waits for promises alone gets done. */
const TURNS = 40;
/** A device that needs more timers than this does not converge. */
const MOST_TIMERS = 400;

export function startHarness({ wrapEngine, storage, dependencies, ...options }: HarnessOptions = {}): DeviceHarness {
  const clock = createFakeClock();
  const engine = createInMemoryEngine({ clock, ...options });
  const locks = createInMemoryLocks();
  const store = createInMemoryStore();
  const events: DeviceEvent[] = [];
  const start = (changed: Partial<DeviceDependencies> = {}): Device => {
    const started = createDevice({
      engine: wrapEngine?.(engine, locks) ?? engine,
      locks,
      clock,
      store,
      random: () => 0,
      bootId: 'boot-1',
      facts: TEST_DEVICE,
      managed: false,
      ...dependencies,
      ...changed,
      ...(storage === undefined ? {} : { storage }),
    });
    started.subscribe((event) => void events.push(event));
    return started;
  };
  let device = start();
  const flush = async (): Promise<void> => {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  };
  return {
    get device() {
      return device;
    },
    engine,
    locks,
    clock,
    events,
    flush,
    async settle(beforeEach = () => undefined) {
      await flush();
      for (let timers = 0; device.state().applying; timers++) {
        beforeEach();
        if (timers > MOST_TIMERS)
          throw new Error(`the device does not converge: ${JSON.stringify(device.state(), null, 1)}`);
        if (!clock.advanceToNext())
          throw new Error(`the device waits for ever: ${JSON.stringify(device.state(), null, 1)}`);
        await flush();
      }
    },
    said: () => events.flatMap((event) => systemMessage(event)?.message ?? []),
    async restart(changed) {
      await device[Symbol.asyncDispose]();
      device = start(changed);
    },
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}

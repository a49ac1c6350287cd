import { setImmediate } from 'node:timers/promises';
import { TEST_DEVICE } from '@device-supervisor/compose/testing';
import {
  createDevice,
  systemMessage,
  type ApplyOptions,
  type Device,
  type DeviceDependencies,
  type DeviceEngine,
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
import type { TargetState } from '@device-supervisor/state';
import { mortalClock, mortalEngine, mortalPorts, type LocalPorts } from './mortal-ports.ts';

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
  /** The messages of the supervisor so far. */
  said(): string[];
  /** Makes it the device's target, wherever that comes from. */
  setTarget(target: TargetState, options?: ApplyOptions): Promise<void>;
  /** Ends the supervisor and starts another, which knows what is in the store. */
  restart(changed?: Partial<DeviceDependencies>): Promise<void>;
  /** Kills the supervisor; the next one is started when time is given to it. */
  kill(): void;
}

export interface HarnessOptions extends InMemoryEngineOptions {
  readonly dependencies?: Partial<DeviceDependencies>;
  readonly storage?: ImageStorage;
  readonly wrapEngine?: (engine: InMemoryEngine, locks: InMemoryLocks) => DeviceEngine;
  readonly wrapPorts?: (ports: LocalPorts) => LocalPorts;
  /** Whether the target comes from the cloud: then images and volumes that nothing needs are removed. */
  readonly managed?: boolean;
}

/** Turns of the event loop: all that waits for promises alone gets done in one, and a few continue from there. */
const TURNS = 4;
/** A device that needs more timers than this does not converge. */
const MOST_TIMERS = 400;

export function startHarness({
  wrapEngine,
  wrapPorts = (ports) => ports,
  storage,
  managed = false,
  dependencies,
  ...world
}: HarnessOptions = {}): DeviceHarness {
  const clock = createFakeClock();
  const engine = createInMemoryEngine({ clock, ...world });
  const locks = createInMemoryLocks();
  const store = createInMemoryStore();
  const events: DeviceEvent[] = [];
  let life = new AbortController();
  const start = (changed: Partial<DeviceDependencies> = {}): Device => {
    life = new AbortController();
    const started = createDevice({
      engine: mortalEngine(wrapEngine?.(engine, locks) ?? engine, life.signal),
      clock: mortalClock(clock, life.signal),
      ...mortalPorts(wrapPorts({ locks, store }), life.signal),
      random: () => 0,
      bootId: 'boot-1',
      facts: TEST_DEVICE,
      managed,
      ...dependencies,
      ...changed,
      ...(storage === undefined ? {} : { storage }),
    });
    started.subscribe((event) => void events.push(event));
    return started;
  };
  let device = start();
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  };
  const flush = async (): Promise<void> => {
    await turns();
    while (life.signal.aborted) {
      locks.crash();
      await locks.recoverLeftovers();
      device = start();
      await turns();
    }
  };
  /** Resolves when the present supervisor is killed. */
  const killed = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (life.signal.aborted) resolve();
    life.signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
  };
  /** One that is killed while it ends never tells that it has. */
  const end = async (): Promise<void> => {
    await Promise.race([device[Symbol.asyncDispose](), killed()]);
    if (!life.signal.aborted) return;
    locks.crash();
    await locks.recoverLeftovers();
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
          throw new Error(`the device never settles: ${JSON.stringify(device.state(), null, 1)}`);
        await flush();
      }
    },
    said: () => events.flatMap((event) => systemMessage(event)?.message ?? []),
    async setTarget(target, options) {
      // A supervisor that is killed meanwhile never answers: the client sends the target to the next one.
      for (let isAccepted = false; !isAccepted;) {
        await flush();
        const sent = managed ? device.setCloudTarget(target, options) : device.setLocalTarget(target, options);
        isAccepted = await Promise.race([sent.then(() => true), killed().then(() => false)]);
      }
    },
    async restart(changed) {
      await flush();
      await end();
      device = start(changed);
    },
    kill: () => life.abort(),
    async [Symbol.asyncDispose]() {
      await flush();
      await end();
    },
  };
}

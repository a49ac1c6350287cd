import { testTarget, type TestApp } from '@device-supervisor/compose/testing';
import type { InMemoryEngine } from '@device-supervisor/engine/testing';
import type { InMemoryLocks } from '@device-supervisor/lockfile/testing';
import type { TargetState } from '@device-supervisor/state';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const RUNS = 2000;
const SERVICES = ['a', 'b', 'c', 'd'] as const;
const IMAGES = ['i:1', 'i:2', 'i:3', 'local:1'] as const;
const WRITES = [
  'createContainer',
  'startContainer',
  'stopContainer',
  'removeContainer',
  'createNetwork',
  'pullImage',
] as const;

/** A service that may depend on those before it alone, so that there is no cycle. */
function service(index: number): fc.Arbitrary<TestApp['services'][string]> {
  return fc
    .record({
      image: fc.constantFrom(...IMAGES),
      environment: fc.constantFrom({}, { A: '1' }, { A: '2' }),
      // A service that others wait for must run; the last one has none that wait for it.
      running: index === SERVICES.length - 1 ? fc.boolean() : fc.constant(true),
      network: fc.constantFrom('default', 'back'),
      volume: fc.boolean(),
      restart: fc.constantFrom('always', 'no'),
      dependency: fc.integer({ min: -1, max: index - 1 }),
      port: fc.option(fc.integer({ min: 1000, max: 1002 }), { nil: undefined }),
      api: fc.boolean(),
    })
    .map(({ image, environment, running, network, volume, restart, dependency, port, api }) => ({
      image,
      environment,
      running,
      labels: api ? { 'io.balena.features.supervisor-api': '1' } : {},
      composition: {
        restart,
        networks: [network],
        ...(volume ? { volumes: ['data:/data'] } : {}),
        ...(dependency < 0 ? {} : { depends_on: { [SERVICES[dependency] ?? 'a']: { required: false } } }),
        // Each app has ports of its own, and each service at most one container: no two want the same one for long.
        ...(port === undefined ? {} : { expose: [port] }),
      },
    }));
}

const app = fc
  .record({
    commit: fc.constantFrom('c1', 'c2', 'c3'),
    present: fc.subarray([...SERVICES], { minLength: 0 }),
    services: fc.tuple(service(0), service(1), service(2), service(3)),
    internal: fc.boolean(),
  })
  .map(({ commit, present, services, internal }): TestApp => ({
    commit,
    services: Object.fromEntries(
      SERVICES.flatMap((name, index) => {
        const one = services[index];
        return present.includes(name) && one !== undefined ? [[name, one]] : [];
      }),
    ),
    networks: { back: { internal } },
    volumes: { data: {} },
  }));

const target = fc.array(app, { maxLength: 2 }).map((apps) => testTarget(...apps));

type Event =
  | { readonly type: 'target'; readonly target: TargetState }
  | { readonly type: 'fail'; readonly kind: (typeof WRITES)[number] }
  | { readonly type: 'crash'; readonly after: number }
  | { readonly type: 'restart' }
  | { readonly type: 'lock'; readonly appId: number; readonly service: string }
  | { readonly type: 'exit' }
  | { readonly type: 'turn' };

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: target.map((one): Event => ({ type: 'target', target: one })) },
  { weight: 2, arbitrary: fc.constantFrom(...WRITES).map((kind): Event => ({ type: 'fail', kind })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }).map((after): Event => ({ type: 'crash', after })) },
  { weight: 1, arbitrary: fc.constant<Event>({ type: 'restart' }) },
  {
    weight: 1,
    arbitrary: fc
      .record({ appId: fc.integer({ min: 1, max: 2 }), service: fc.constantFrom(...SERVICES) })
      .map((lock): Event => ({ type: 'lock', ...lock })),
  },
  { weight: 1, arbitrary: fc.constant<Event>({ type: 'exit' }) },
  { weight: 3, arbitrary: fc.constant<Event>({ type: 'turn' }) },
);

/** Checks at every write what must never be otherwise. */
function guarded(engine: InMemoryEngine, locks: InMemoryLocks): InMemoryEngine {
  const held = (): boolean => [1, 2].some((appId) => locks.heldByUs(appId).length > 0);
  return {
    ...engine,
    async pullImage(reference, options) {
      const users = engine.snapshot().containers.filter(({ imageReference }) => imageReference === reference);
      expect(users.length === 0 || !held(), 'an update lock is held while an image is downloaded').toBe(true);
      await engine.pullImage(reference, options);
    },
    async startContainer(container) {
      await engine.startContainer(container);
      const running = engine.snapshot().containers.filter(({ status }) => status === 'running');
      const names = running.map(({ identity }) => `${identity?.appId}/${identity?.serviceName}`);
      expect(new Set(names).size, 'two containers of a service run').toBe(names.length);
    },
    async stopContainer(id, lease, timeout) {
      const stopped = engine.snapshot().containers.find((one) => one.id === id);
      expect(locks.heldByUs(lease.appId), 'a container is stopped without its lock').toContain(
        stopped?.identity?.serviceName,
      );
      await engine.stopContainer(id, lease, timeout);
    },
    async removeVolume() {
      throw new Error('a volume is removed in local mode');
    },
  };
}

async function play(harness: DeviceHarness, step: Event): Promise<void> {
  const { engine, device, locks } = harness;
  switch (step.type) {
    case 'target':
      return await device.setLocalTarget(step.target);
    case 'fail':
      return engine.failNext(step.kind, new Error('made to fail'));
    case 'crash':
      return engine.crashAfterWrites(step.after);
    case 'restart':
      return await harness.restart();
    case 'lock':
      return void locks.hold(step.appId, step.service);
    case 'exit': {
      const running = engine.snapshot().containers.find(({ status }) => status === 'running');
      if (running !== undefined) engine.exit(running.id, 1);
      return;
    }
    case 'turn':
      return await harness.flush();
  }
}

it(
  'whatever happens on the way, the device reaches its last target and then does nothing',
  { timeout: 240_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 12 }), target, async (steps, last) => {
        await using harness = startHarness({
          images: { 'local:1': {} },
          pullable: { 'i:1': {}, 'i:2': {}, 'i:3': {} },
          wrapEngine: guarded,
        });
        for (const step of steps) await play(harness, step);
        for (const name of SERVICES) for (const appId of [1, 2]) harness.locks.drop(appId, name);
        await harness.device.setLocalTarget(last);
        await harness.settle(() => harness.engine.comeBack());

        const { containers } = harness.engine.snapshot();
        const wanted = Object.values(last.apps).flatMap((one) =>
          Object.values(one.release?.services ?? {}).map(
            (each) => `${each.name}_${each.imageId}_1_${one.release?.commit} of ${one.id}`,
          ),
        );
        expect(containers.map(({ name, identity }) => `${name} of ${identity?.appId}`).sort()).toEqual(wanted.sort());
        expect(harness.locks.heldByUs(1)).toEqual([]);
        expect(harness.locks.heldByUs(2)).toEqual([]);

        harness.engine.clearCalls();
        await harness.device.setLocalTarget(structuredClone(last));
        await harness.settle();
        expect(harness.engine.calls.filter(({ write }) => write)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  },
);

import { testLease, testTarget } from '@device-supervisor/compose/testing';
import { UpdatesLockedError } from '@device-supervisor/device';
import { describe, expect, it } from 'vitest';
import { startHarness, type DeviceHarness, type HarnessOptions } from './device-harness.ts';

const IMAGES = Object.fromEntries(['web:1', 'web:2', 'db:1'].map((name) => [name, { content: name }]));
const TARGET = testTarget({ services: { web: {}, db: {} } });
const UPDATE = testTarget({ commit: 'c2', services: { web: { image: 'web:3' }, db: {} } });

async function reached(options: HarnessOptions = {}): Promise<DeviceHarness> {
  const harness = startHarness({ images: IMAGES, ...options });
  await harness.device.setLocalTarget(TARGET);
  await harness.settle();
  harness.engine.clearCalls();
  harness.engine.publishImage('web:3', { content: 'web:3' });
  return harness;
}

function writes({ engine }: DeviceHarness): string[] {
  return engine.calls.filter(({ write }) => write).map(({ kind, target }) => `${kind} ${target}`);
}

function containerOf({ engine }: DeviceHarness, service: string) {
  return engine.snapshot().containers.find(({ identity }) => identity?.serviceName === service);
}

function shown({ device }: DeviceHarness): Record<string, string> {
  return Object.fromEntries(
    device.state().apps.flatMap(({ services }) => services.map(({ name, status }) => [name, status])),
  );
}

/** The result of a request once everything has happened that needs no time. */
async function outcomeOf(
  harness: DeviceHarness,
  request: Promise<void>,
): Promise<PromiseSettledResult<void> | 'waits'> {
  let outcome: PromiseSettledResult<void> | 'waits' = 'waits';
  void Promise.allSettled([request]).then(([result]) => (outcome = result));
  await harness.flush();
  return outcome;
}

describe('force', () => {
  it('ends with the cancelled request that carried it', async () => {
    await using harness = await reached();
    using _hold = harness.engine.hold('pullImage');
    harness.locks.hold(1, 'web');
    await harness.device.setLocalTarget(UPDATE, { force: true });
    await harness.flush();
    await harness.device.update({ cancel: true });
    await harness.flush();
    const before = containerOf(harness, 'web')?.id;
    expect(await outcomeOf(harness, harness.device.restartService(1, 'web'))).toMatchObject({
      status: 'rejected',
      reason: expect.any(UpdatesLockedError),
    });
    expect(containerOf(harness, 'web')).toMatchObject({ id: before, status: 'running' });
  });

  it('of a cancelled update is not resumed by an action', async () => {
    await using harness = await reached();
    using hold = harness.engine.hold('pullImage');
    await harness.device.setLocalTarget(UPDATE, { force: true });
    await harness.flush();
    await harness.device.update({ cancel: true });
    await harness.flush();
    harness.engine.clearCalls();
    expect(await outcomeOf(harness, harness.device.restartService(1, 'db'))).toMatchObject({ status: 'fulfilled' });
    hold.release();
    await harness.flush();
    expect(writes(harness).filter((call) => call.startsWith('pullImage'))).toEqual([]);
    expect(containerOf(harness, 'web')).toMatchObject({ imageReference: 'web:1', status: 'running' });
    expect(harness.device.state().apps).toMatchObject([{ updateStatus: 'aborted' }]);
  });

  it('stays with the update when the same target comes again without it', async () => {
    await using harness = await reached();
    using hold = harness.engine.hold('pullImage');
    harness.locks.hold(1, 'web');
    await harness.device.setLocalTarget(UPDATE, { force: true });
    await harness.flush();
    await harness.device.setLocalTarget(structuredClone(UPDATE));
    await harness.flush();
    hold.release();
    await harness.settle();
    expect(containerOf(harness, 'web')).toMatchObject({ imageReference: 'web:3', status: 'running' });
  });

  it('of an action is not lent to another one for the same app', async () => {
    await using harness = await reached();
    harness.locks.hold(1, 'db');
    const forced = harness.device.restartService(1, 'web', { force: true });
    const plain = harness.device.restartService(1, 'db');
    const db = containerOf(harness, 'db')?.id;
    expect(await outcomeOf(harness, plain)).toMatchObject({
      status: 'rejected',
      reason: expect.any(UpdatesLockedError),
    });
    expect(await outcomeOf(harness, forced)).toMatchObject({ status: 'fulfilled' });
    expect(containerOf(harness, 'db')?.id).toBe(db);
  });
});

describe('a cancel', () => {
  it('during an action lets it be finished, and answers it', async () => {
    await using harness = await reached();
    const hold = harness.engine.hold('stopContainer');
    const restart = harness.device.restartService(1, 'web');
    await harness.flush();
    expect(hold.waiting).toBe(1);
    await harness.device.update({ cancel: true });
    hold.release();
    expect(await outcomeOf(harness, restart)).toMatchObject({ status: 'fulfilled' });
    expect(shown(harness)).toEqual({ web: 'Running', db: 'Running' });
  });

  it('rejects an action that has not begun', async () => {
    await using harness = await reached();
    const hold = harness.engine.hold('observe');
    const restart = harness.device.restartService(1, 'web');
    await harness.flush();
    await harness.device.update({ cancel: true });
    hold.release();
    expect(await outcomeOf(harness, restart)).toMatchObject({
      status: 'rejected',
      reason: { code: 'ACTION_CANCELLED' },
    });
    expect(writes(harness)).toEqual([]);
  });
});

describe('a target that is about to come', () => {
  it('has nothing of the one before begin while the names of its images are looked up', async () => {
    const lookup = Promise.withResolvers<void>();
    let isHeld = false;
    await using harness = await reached({
      wrapEngine: (engine) => ({
        ...engine,
        async observe(request) {
          if (isHeld && request.listImages === true) await lookup.promise;
          return await engine.observe(request);
        },
      }),
    });
    isHeld = true;
    const sent = harness.device.setLocalTarget(UPDATE);
    await harness.engine.removeContainer(containerOf(harness, 'web')?.id ?? '', testLease(1, ['web']));
    harness.engine.clearCalls();
    await harness.flush();
    expect(writes(harness)).toEqual([]);
    lookup.resolve();
    await sent;
    await harness.settle();
    expect(containerOf(harness, 'web')).toMatchObject({ imageReference: 'web:3', status: 'running' });
  });
});

describe('a device that a client has cancelled', () => {
  it('goes on showing what is on the engine', async () => {
    await using harness = await reached();
    using _hold = harness.engine.hold('pullImage');
    await harness.device.setLocalTarget(UPDATE);
    await harness.flush();
    await harness.device.update({ cancel: true });
    await harness.flush();
    harness.engine.exit(containerOf(harness, 'db')?.id ?? '', 1);
    await harness.flush();
    expect(shown(harness)).toMatchObject({ db: 'restarting' });
    harness.clock.advance(86_400_000);
    await harness.flush();
    expect(shown(harness)).toMatchObject({ db: 'restarting' });
  });
});

describe('an engine whose stream of events is open and silent', () => {
  it('is looked at again within 30 seconds', async () => {
    await using harness = await reached({
      wrapEngine: (engine) => ({
        ...engine,
        async *events(signal) {
          for await (const event of engine.events(signal)) if (event.kind === 'connected') yield event;
        },
      }),
    });
    harness.engine.exit(containerOf(harness, 'db')?.id ?? '', 1);
    harness.clock.advance(30_000);
    await harness.flush();
    expect(shown(harness)).toMatchObject({ db: 'restarting' });
  });
});

describe('a subscriber', () => {
  it('gets the present state first, and each change of it, whether or not the state is read', async () => {
    await using harness = await reached();
    await harness.restart();
    await harness.flush();
    const seen: Record<string, string>[] = [];
    using _subscription = harness.device.subscribe(({ type }) => {
      if (type === 'state-changed') seen.push(shown(harness));
    });
    await harness.flush();
    expect(seen).toEqual([{ web: 'Running', db: 'Running' }]);
    await harness.restart();
    harness.events.splice(0);
    await harness.flush();
    expect(harness.events.map(({ type }) => type)).toContain('state-changed');
  });

  it('learns of an engine that was connected before', async () => {
    await using harness = await reached();
    const types: string[] = [];
    using _subscription = harness.device.subscribe(({ type }) => void types.push(type));
    expect(types).toContain('engine-connected');
  });

  it('that throws keeps nothing from the others, is reported, and gets the state again', async () => {
    await using harness = startHarness({ images: IMAGES });
    let failures = 0;
    using _subscription = harness.device.subscribe(({ type }) => {
      if (type === 'engine-connected' || type === 'operation-started' || (type === 'state-changed' && failures < 20)) {
        failures++;
        throw new Error('the disk is full');
      }
    });
    await harness.device.setLocalTarget(TARGET);
    await harness.settle();
    expect(shown(harness)).toEqual({ web: 'Running', db: 'Running' });
    expect(harness.said().filter((line) => line.includes('the disk is full')).length).toBeGreaterThan(0);
    expect(harness.said().filter((line) => line.includes('is lost'))).toEqual([]);
    let told = 0;
    using _other = harness.device.subscribe(({ type }) => {
      if (type !== 'state-changed') return;
      told++;
      if (told === 1) throw new Error('the disk is full');
    });
    harness.clock.advance(60_000);
    await harness.flush();
    expect(told).toBeGreaterThan(1);
  });
});

describe('a target of which a part can never be applied', () => {
  it('is not said to be reached', async () => {
    await using harness = await reached();
    harness.events.splice(0);
    await harness.device.setLocalTarget(
      testTarget({ commit: 'c2', services: { web: {}, db: { composition: { depends_on: ['db'] } } } }),
    );
    await harness.flush();
    harness.clock.advance(3_600_000);
    await harness.flush();
    expect(harness.device.state()).toMatchObject({ applying: true, blocked: [{ reason: 'invalid', service: 'db' }] });
    expect(harness.said()).not.toContain('The device is at its target state');
  });
});

describe('a device whose locks were all taken to shut it down', () => {
  it('begins nothing for a new target, and goes on when it stays up after all', async () => {
    await using harness = await reached();
    const result = await harness.device.lockAll({ force: false, signal: new AbortController().signal });
    if (result.status !== 'acquired') throw new Error('the locks are held');
    await harness.device.setLocalTarget(
      testTarget({ commit: 'c2', services: { web: {}, db: {} }, networks: { back: {} }, volumes: { data: {} } }),
    );
    await harness.flush();
    harness.clock.advance(120_000);
    await harness.flush();
    expect(writes(harness)).toEqual([]);
    await result.lease[Symbol.asyncDispose]();
    await harness.settle();
    expect(writes(harness).length).toBeGreaterThan(0);
  });

  it('rejects an action that waits for it', async () => {
    await using harness = await reached();
    const result = await harness.device.lockAll({ force: false, signal: new AbortController().signal });
    if (result.status !== 'acquired') throw new Error('the locks are held');
    const restart = harness.device.restartService(1, 'web');
    await harness.flush();
    harness.clock.advance(10_000);
    expect(await outcomeOf(harness, restart)).toMatchObject({ status: 'rejected' });
    await result.lease[Symbol.asyncDispose]();
  });
});

describe('SUPERVISOR_OVERRIDE_LOCK', () => {
  it('takes effect also where nothing configures the host', async () => {
    await using harness = await reached();
    harness.locks.hold(1, 'web');
    await harness.device.setLocalTarget({
      ...testTarget({ commit: 'c2', services: { web: { image: 'web:2' }, db: {} } }),
      config: { SUPERVISOR_OVERRIDE_LOCK: '1' },
    });
    await harness.settle();
    expect(containerOf(harness, 'web')).toMatchObject({ imageReference: 'web:2', status: 'running' });
  });
});

describe('an engine that cannot be looked at', () => {
  it('is tried again at once after it could be looked at meanwhile', async () => {
    let fails = false;
    await using harness = await reached({
      wrapEngine: (engine) => ({
        ...engine,
        observe: async (request) => {
          if (fails) throw new Error('no answer');
          return await engine.observe(request);
        },
      }),
    });
    const fail = async (): Promise<number> => {
      fails = true;
      const db = containerOf(harness, 'db')?.id ?? '';
      harness.engine.exit(db, 1);
      await harness.flush();
      fails = false;
      harness.engine.resume(db);
      const before = harness.clock.monotonic();
      while (shown(harness)['db'] !== 'Running' || harness.clock.monotonic() === before) {
        if (!harness.clock.advanceToNext()) break;
        await harness.flush();
        if (harness.clock.monotonic() - before > 600_000) break;
      }
      return harness.clock.monotonic() - before;
    };
    const first = await fail();
    for (let time = 0; time < 5; time++) await fail();
    expect(await fail()).toBeLessThanOrEqual(first);
  });
});

describe('an app whose service takes its time to stop', () => {
  it('holds up neither the target nor the actions of another app', async () => {
    await using harness = startHarness({ images: IMAGES });
    await harness.device.setLocalTarget(testTarget({ services: { web: {} } }, { services: { db: {} } }));
    await harness.settle();
    const hold = harness.engine.hold('stopContainer');
    await harness.device.setLocalTarget(
      testTarget({ services: { web: { environment: { A: '1' } } } }, { services: { db: {} } }),
    );
    await harness.flush();
    expect(hold.waiting).toBe(1);
    await harness.device.setLocalTarget(
      testTarget(
        { services: { web: { environment: { A: '2' } } } },
        { services: { db: {}, extra: { image: 'web:2' } } },
      ),
    );
    await harness.flush();
    expect(containerOf(harness, 'extra')).toMatchObject({ status: 'running' });
    harness.engine.exit(containerOf(harness, 'db')?.id ?? '', 0);
    const start = harness.device.startService(2, 'db');
    expect(await outcomeOf(harness, start)).toMatchObject({ status: 'fulfilled' });
    expect(hold.waiting).toBe(1);
    hold.release();
    await harness.settle();
    expect(containerOf(harness, 'web')?.config.environment).toMatchObject({ A: '2' });
  });
});

describe('an app whose update locks cannot be read', () => {
  it('is the only one that waits, and says why', async () => {
    let fails = true;
    await using harness = startHarness({
      images: IMAGES,
      wrapPorts: (ports) => ({
        ...ports,
        locks: {
          ...ports.locks,
          async holders(appId, services) {
            if (appId === 1 && fails) throw new Error('input/output error');
            return await ports.locks.holders(appId, services);
          },
        },
      }),
    });
    await harness.device.setLocalTarget(testTarget({ services: { web: {} } }, { services: { db: {} } }));
    await harness.flush();
    expect(containerOf(harness, 'db')).toMatchObject({ status: 'running' });
    expect(harness.device.state()).toMatchObject({
      applying: true,
      blocked: [{ appId: 1, message: expect.stringContaining('input/output error') }],
    });
    fails = false;
    await harness.settle();
    expect(containerOf(harness, 'web')).toMatchObject({ status: 'running' });
  });
});

import { testLease, testTarget } from '@device-supervisor/compose/testing';
import type { TargetState } from '@device-supervisor/state';
import { describe, expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const IMAGES = { 'web:1': {}, 'db:1': {} };

function statuses({ device }: DeviceHarness): Record<string, string> {
  return Object.fromEntries(
    device.state().apps.flatMap(({ services }) => services.map(({ name, status }) => [name, status])),
  );
}

async function reach(harness: DeviceHarness, target: TargetState): Promise<void> {
  await harness.device.setLocalTarget(target);
  await harness.settle();
}

function writes({ engine }: DeviceHarness): string[] {
  return engine.calls.filter(({ write }) => write).map(({ kind, target }) => `${kind} ${target}`);
}

describe('a device', () => {
  it('brings up what the target says, and says what it does', async () => {
    await using harness = startHarness({ pullable: IMAGES });
    await reach(harness, testTarget({ services: { web: {} } }));
    expect(statuses(harness)).toEqual({ web: 'Running' });
    expect(harness.said()).toEqual([
      'The container engine is connected',
      "Creating network 'u1_default'",
      "Downloading image 'web:1'",
      "Downloaded image 'web:1'",
      "Created network 'u1_default'",
      "Installing service 'web web:1'",
      "Installed service 'web web:1'",
      "Starting service 'web'",
      "Started service 'web'",
      'The device is at its target state',
    ]);
  });

  it('is applying from the moment that a target is accepted', async () => {
    await using harness = startHarness({ images: IMAGES });
    await harness.flush();
    await harness.device.setLocalTarget(testTarget({ services: { web: {} } }));
    expect(harness.device.state().applying).toBe(true);
  });

  it('leaves the engine alone before it was ever given a target', async () => {
    await using harness = startHarness({ images: IMAGES });
    await harness.flush();
    expect(writes(harness)).toEqual([]);
    expect(harness.device.state()).toMatchObject({ applying: false, apps: [] });
  });

  it('writes nothing when the same target comes again', async () => {
    await using harness = startHarness({ images: IMAGES });
    const target = testTarget({ services: { web: {}, db: {} } });
    await reach(harness, target);
    harness.engine.clearCalls();
    await reach(harness, structuredClone(target));
    expect(writes(harness)).toEqual([]);
  });

  it('replaces the one container that differs', async () => {
    await using harness = startHarness({ images: IMAGES });
    await reach(harness, testTarget({ services: { web: {}, db: {} } }));
    harness.engine.clearCalls();
    await reach(harness, testTarget({ services: { web: { environment: { A: '1' } }, db: {} } }));
    expect(writes(harness).map((call) => call.split(' ')[0])).toEqual([
      'renameContainer',
      'createContainer',
      'stopContainer',
      'startContainer',
      'removeContainer',
    ]);
  });

  it('waits for a dependency to become healthy, without being asked again', async () => {
    await using harness = startHarness({ images: IMAGES });
    const web = { composition: { depends_on: { db: { condition: 'service_healthy' } } } };
    await harness.device.setLocalTarget(
      testTarget({ services: { web, db: { composition: { healthcheck: { test: 'true' } } } } }),
    );
    await harness.flush();
    expect(statuses(harness)).toEqual({ web: 'Installed', db: 'Running' });
    expect(harness.device.state().applying).toBe(true);
    harness.engine.setHealth('db_2_1_c1', 'healthy');
    await harness.flush();
    expect(statuses(harness)).toEqual({ web: 'Running', db: 'Running' });
    expect(harness.device.state().applying).toBe(false);
  });

  it('waits for space on the disk, looks again every minute, says so once, and goes on when there is some', async () => {
    let free = 50;
    let questions = 0;
    await using harness = startHarness({
      pullable: IMAGES,
      storage: {
        space: async () => ({ free, total: 1000 }),
        async sizeOf() {
          questions++;
          return { layers: [{ diffId: 'sha256:a', download: 40, unpacked: 60 }] };
        },
      },
    });
    await harness.device.setLocalTarget(testTarget({ services: { web: {} } }));
    await harness.flush();
    expect(harness.said().join('\n')).toMatch(/^App 1 has to wait: web:1: about .* are needed on the engine's disk/m);
    expect(harness.device.state()).toMatchObject({ applying: true, blocked: [{ reason: 'disk-space' }] });
    expect(writes(harness)).not.toContain('pullImage web:1');
    const said = harness.said().length;
    for (let minute = 0; minute < 10; minute++) {
      harness.clock.advance(60_000);
      await harness.flush();
    }
    expect(harness.said()).toHaveLength(said);
    expect(questions).toBeGreaterThan(10);
    free = 500;
    await harness.settle();
    expect(statuses(harness)).toEqual({ web: 'Running' });
  });

  it('goes on when an update lock is released, and holds none afterwards', async () => {
    await using harness = startHarness({ images: IMAGES });
    await reach(harness, testTarget({ services: { web: {} } }));
    harness.locks.hold(1, 'web');
    await harness.device.setLocalTarget(testTarget({ services: { web: { environment: { A: '1' } } } }));
    await harness.flush();
    expect(harness.said().at(-1)).toBe(
      "Updates are locked, retrying in 30 s (Service 'web': the service holds its update lock)",
    );
    harness.locks.drop(1, 'web');
    await harness.flush();
    expect(harness.device.state().applying).toBe(false);
    expect(harness.locks.heldByUs(1)).toEqual([]);
  });

  it('takes a lock by force when it is asked to, once', async () => {
    await using harness = startHarness({ images: IMAGES });
    await reach(harness, testTarget({ services: { web: {} } }));
    harness.locks.hold(1, 'web');
    await harness.device.setLocalTarget(testTarget({ services: { web: { environment: { A: '1' } } } }), {
      force: true,
    });
    await harness.settle();
    harness.locks.hold(1, 'web');
    await harness.device.setLocalTarget(testTarget({ services: { web: { environment: { A: '2' } } } }));
    await harness.flush();
    expect(harness.device.state().blocked).toMatchObject([{ service: 'web', reason: 'locked' }]);
  });

  it('retries failures with growing delays, and does not delay other services', async () => {
    await using harness = startHarness({ images: IMAGES });
    await harness.device.setLocalTarget(testTarget({ services: { web: {}, lost: { image: 'lost:1' } } }));
    await harness.flush();
    expect(statuses(harness)).toEqual({ web: 'Running', lost: 'Downloading' });
    const tries = (): number => harness.engine.calls.filter(({ kind }) => kind === 'pullImage').length;
    const delays: number[] = [];
    for (let round = 0; round < 4; round++) {
      const before = harness.clock.now();
      const count = tries();
      while (tries() === count && harness.clock.advanceToNext()) await harness.flush();
      delays.push(harness.clock.now() - before);
    }
    expect(delays).toEqual([500, 1000, 2000, 4000]);
    harness.engine.addImage('lost:1');
    await harness.settle();
    expect(statuses(harness)).toEqual({ web: 'Running', lost: 'Running' });
  });

  it('retries in time, and holds nothing to be stuck, when the clock is set by a year either way', async () => {
    const YEAR = 365 * 86_400_000;
    await using harness = startHarness({ images: IMAGES });
    await harness.device.setLocalTarget(testTarget({ services: { lost: { image: 'lost:1' } } }));
    await harness.flush();
    harness.clock.jump(-YEAR);
    harness.engine.addImage('lost:1');
    harness.clock.advance(500);
    await harness.flush();
    expect(statuses(harness)).toEqual({ lost: 'Running' });
    const hold = harness.engine.hold('createContainer');
    await harness.device.setLocalTarget(testTarget({ services: { web: {} } }));
    await harness.flush();
    expect(hold.waiting).toBe(1);
    harness.clock.jump(2 * YEAR);
    expect(harness.device.health()).toEqual({ healthy: true, problems: [] });
    harness.clock.advance(900_001);
    expect(harness.device.health().healthy).toBe(false);
    hold.release();
    await harness.settle();
  });

  it('gives up an update that a newer target overtakes, in the middle of its download', async () => {
    await using harness = startHarness({ images: { 'web:1': {} }, pullable: { 'web:2': {}, 'web:3': {} } });
    await reach(harness, testTarget({ services: { web: {} } }));
    const hold = harness.engine.hold('pullImage');
    await harness.device.setLocalTarget(testTarget({ commit: 'c2', services: { web: { image: 'web:2' } } }));
    await harness.flush();
    expect(hold.waiting).toBe(1);
    await harness.device.setLocalTarget(testTarget({ commit: 'c3', services: { web: { image: 'web:3' } } }));
    await harness.flush();
    hold.release();
    await harness.settle();
    expect(harness.engine.snapshot().containers.map(({ name }) => name)).toEqual(['web_1_1_c3']);
    expect(writes(harness).filter((call) => call.startsWith('createContainer'))).not.toContain(
      'createContainer web_1_1_c2',
    );
  });

  it('comes back to its target by itself when the engine went away', async () => {
    await using harness = startHarness({ images: IMAGES });
    await reach(harness, testTarget({ services: { web: {} } }));
    harness.engine.goAway();
    await harness.flush();
    expect(harness.said().at(-1)).toMatch(/^The container engine is lost/);
    const target = testTarget({ services: { web: { environment: { A: '1' } }, db: {} } });
    await harness.device.setLocalTarget(target);
    await harness.flush();
    harness.engine.comeBack();
    await harness.settle();
    expect(statuses(harness)).toEqual({ web: 'Running', db: 'Running' });
    expect(harness.device.health()).toEqual({ healthy: true, problems: [] });
  });

  it('leaves a container that another client killed, and starts it after a restart of ours', async () => {
    await using harness = startHarness({ images: IMAGES });
    await reach(harness, testTarget({ services: { web: {} } }));
    const [web] = harness.engine.snapshot().containers;
    if (web === undefined) throw new Error('there is no container');
    await harness.engine.stopContainer(web.id, testLease(1, ['web']), null);
    await harness.flush();
    expect(statuses(harness)).toEqual({ web: 'exited' });
    await harness.restart();
    await harness.flush();
    expect(statuses(harness)).toEqual({ web: 'Running' });
  });

  it('keeps a service running that it would have to replace endlessly', async () => {
    // An engine that changes what it is asked for: what was created never is as it was wanted.
    await using harness = startHarness({
      images: IMAGES,
      wrapEngine: (engine) => ({
        ...engine,
        createContainer: (container) =>
          engine.createContainer({ ...container, config: { ...container.config, user: 'other' } }),
      }),
    });
    await harness.device.setLocalTarget(testTarget({ services: { web: {} } }));
    await harness.flush();
    expect(statuses(harness)).toEqual({ web: 'Running' });
    expect(writes(harness).filter((call) => call.startsWith('createContainer')).length).toBeLessThanOrEqual(4);
    expect(harness.device.state().blocked).toMatchObject([
      { service: 'web', reason: 'backoff', message: expect.stringContaining('user other → unset') },
    ]);
  });

  it('says once that a service crashes again and again, and is done with everything else', async () => {
    await using harness = startHarness({ images: IMAGES });
    await harness.device.setLocalTarget(testTarget({ services: { web: {}, db: {} } }));
    await harness.settle();
    for (let time = 0; time < 6; time++) {
      const web =
        harness.engine.snapshot().containers.find(({ identity }) => identity?.serviceName === 'web')?.id ?? '';
      harness.engine.exit(web, 1);
      await harness.flush();
      harness.engine.resume(web);
      harness.clock.advance(20_000);
      await harness.flush();
    }
    const told = (): string[] => harness.said().filter((line) => line.includes('again and again'));
    expect(told()).toHaveLength(1);
    expect(harness.device.state()).toMatchObject({ applying: false, notices: [{ service: 'web', field: 'restart' }] });
    await harness.device.setLocalTarget(testTarget({ services: { web: {}, db: { environment: { A: '1' } } } }));
    await harness.settle();
    expect(statuses(harness)).toEqual({ web: 'Running', db: 'Running' });
    harness.clock.advance(600_000);
    await harness.flush();
    expect(harness.device.state().notices).toEqual([]);
    expect(told()).toHaveLength(1);
  });
});

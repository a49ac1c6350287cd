import { testTarget } from '@device-supervisor/compose/testing';
import {
  ActionFailedError,
  AppNotFoundError,
  ServiceNotFoundError,
  UpdatesLockedError,
} from '@device-supervisor/device';
import { describe, expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const IMAGES = { 'web:1': {}, 'web:2': {}, 'db:1': {} };
const TARGET = testTarget({
  services: { web: { composition: { volumes: ['data:/data'] } }, db: {} },
  volumes: { data: {} },
});

async function reached(target = TARGET): Promise<DeviceHarness> {
  const harness = startHarness({ images: IMAGES });
  await harness.device.setLocalTarget(target);
  await harness.settle();
  harness.engine.clearCalls();
  return harness;
}

function writes({ engine }: DeviceHarness): string[] {
  return engine.calls.filter(({ write }) => write).map(({ kind, target }) => `${kind} ${target}`);
}

function idOf({ engine }: DeviceHarness, service: string): string {
  return engine.snapshot().containers.find(({ identity }) => identity?.serviceName === service)?.id ?? '';
}

function statusOf({ engine }: DeviceHarness, service: string): string | undefined {
  return engine.snapshot().containers.find(({ identity }) => identity?.serviceName === service)?.status;
}

function containerNames({ engine }: DeviceHarness): string[] {
  const names = engine.snapshot().containers.map(({ name }) => name);
  return names.sort();
}

/** Lets the device act until the action is done. */
async function act(harness: DeviceHarness, action: Promise<void>): Promise<void> {
  await harness.flush();
  await action;
}

/** Lets the device act until it refuses. */
async function expectRefusal(
  harness: DeviceHarness,
  action: Promise<void>,
  error: RegExp | (new (...args: never[]) => Error),
): Promise<void> {
  const [outcome] = await Promise.all([Promise.allSettled([action]), harness.flush()]);
  expect(outcome).toMatchObject([{ status: 'rejected' }]);
  await expect(action).rejects.toThrow(error);
}

describe('restarting a service', () => {
  it('gives it a new container and leaves the others alone, and is done when it has started', async () => {
    await using harness = await reached();
    const web = idOf(harness, 'web');
    await act(harness, harness.device.restartService(1, 'web'));
    expect(writes(harness)).toEqual([
      `renameContainer ${web}`,
      'createContainer web_1_1_c1',
      `stopContainer ${web}`,
      'startContainer web_1_1_c1',
      `removeContainer ${web}`,
    ]);
    expect(statusOf(harness, 'web')).toBe('running');
    expect(harness.locks.heldByUs(1)).toEqual([]);
  });

  it('can be repeated as often as a client likes', async () => {
    await using harness = await reached();
    for (let time = 0; time < 8; time++) await act(harness, harness.device.restartService(1, 'web'));
    expect(statusOf(harness, 'web')).toBe('running');
  });

  it('is refused while a service of the app holds its update lock, and nothing is left of the wish', async () => {
    await using harness = await reached();
    harness.locks.hold(1, 'db');
    await expectRefusal(harness, harness.device.restartService(1, 'web'), UpdatesLockedError);
    harness.locks.drop(1, 'db');
    await harness.settle();
    expect(writes(harness)).toEqual([]);
  });

  it('takes held locks when it is forced', async () => {
    await using harness = await reached();
    harness.locks.hold(1, 'db');
    await act(harness, harness.device.restartService(1, 'web', { force: true }));
    expect(statusOf(harness, 'web')).toBe('running');
  });

  it('fails with what the engine said, and the device goes on to its target', async () => {
    await using harness = await reached();
    harness.engine.failNext('createContainer', new Error('no such device'));
    await expectRefusal(harness, harness.device.restartService(1, 'web'), /no such device/);
    await harness.settle();
    expect(statusOf(harness, 'web')).toBe('running');
  });

  it('is done at once while an update of the app still downloads, with the container as it is', async () => {
    await using harness = await reached();
    harness.engine.publishImage('web:3');
    using hold = harness.engine.hold('pullImage');
    await harness.device.setLocalTarget(testTarget({ commit: 'c2', services: { web: { image: 'web:3' }, db: {} } }));
    await harness.flush();
    harness.engine.clearCalls();
    const web = idOf(harness, 'web');
    await act(harness, harness.device.restartService(1, 'web'));
    expect(writes(harness)).toEqual([`stopContainer ${web}`, `startContainer ${web}`]);
    hold.release();
    await harness.settle();
    expect(containerNames(harness)).toEqual(['db_2_1_c2', 'web_1_1_c2']);
  });
});

describe('stopping a service', () => {
  it('lasts when the target is applied again, until it is started', async () => {
    await using harness = await reached();
    await act(harness, harness.device.stopService(1, 'web'));
    expect(statusOf(harness, 'web')).toBe('exited');
    await harness.device.setLocalTarget(structuredClone(TARGET));
    await harness.settle();
    expect(statusOf(harness, 'web')).toBe('exited');
    await act(harness, harness.device.startService(1, 'web'));
    expect(statusOf(harness, 'web')).toBe('running');
  });

  it('that is about to start is answered when it has stopped', async () => {
    await using harness = startHarness({ images: IMAGES });
    const hold = harness.engine.hold('startContainer');
    await harness.device.setLocalTarget(TARGET);
    await harness.flush();
    let isAnswered = false;
    const stop = harness.device.stopService(1, 'web').then(() => (isAnswered = true));
    await harness.flush();
    expect(isAnswered).toBe(false);
    hold.release();
    await act(
      harness,
      stop.then(() => undefined),
    );
    expect(statusOf(harness, 'web')).toBe('exited');
  });

  it('ends with a new target', async () => {
    await using harness = await reached();
    await act(harness, harness.device.stopService(1, 'web'));
    await harness.device.setLocalTarget(testTarget({ commit: 'c2', services: { web: {}, db: {} } }));
    await harness.settle();
    expect(statusOf(harness, 'web')).toBe('running');
  });

  it('ends with the supervisor', async () => {
    await using harness = await reached();
    await act(harness, harness.device.stopService(1, 'web'));
    await harness.restart();
    await harness.settle();
    expect(statusOf(harness, 'web')).toBe('running');
  });

  it('is refused while the app is locked, and the service runs on', async () => {
    await using harness = await reached();
    harness.locks.hold(1, 'web');
    await expectRefusal(harness, harness.device.stopService(1, 'web'), UpdatesLockedError);
    harness.locks.drop(1, 'web');
    await harness.settle();
    expect(statusOf(harness, 'web')).toBe('running');
  });
});

describe('starting a service', () => {
  it('starts one that ended by itself, without a lock', async () => {
    await using harness = await reached(testTarget({ services: { web: { composition: { restart: 'no' } } } }));
    harness.engine.exit(idOf(harness, 'web'), 0);
    await harness.flush();
    harness.locks.hold(1, 'web');
    await act(harness, harness.device.startService(1, 'web'));
    expect(statusOf(harness, 'web')).toBe('running');
  });
});

describe('restarting an app', () => {
  it('gives all services new containers and keeps the volumes', async () => {
    await using harness = await reached();
    const before = [idOf(harness, 'web'), idOf(harness, 'db')];
    await act(harness, harness.device.restartApp(1));
    expect(harness.engine.snapshot().containers.every(({ id }) => !before.includes(id))).toBe(true);
    expect(writes(harness).filter((call) => /volume/i.test(call))).toEqual([]);
  });
});

describe('purging an app', () => {
  it('replaces all containers, removes a volume when none has it any more, and brings all of it back', async () => {
    await using harness = await reached();
    const before = harness.engine.snapshot().containers;
    const mounting = before.find(({ config }) => config.mounts.some(({ source }) => source === '1_data'));
    await act(harness, harness.device.purgeApp(1));
    const calls = writes(harness);
    expect(calls.indexOf('removeVolume 1_data')).toBeGreaterThan(calls.indexOf(`removeContainer ${mounting?.id}`));
    expect(calls.indexOf('createVolume 1_data')).toBeGreaterThan(calls.indexOf('removeVolume 1_data'));
    const removed = calls.filter((call) => call.startsWith('removeContainer'));
    expect(removed.toSorted()).toEqual(before.map(({ id }) => `removeContainer ${id}`).toSorted());
    expect([statusOf(harness, 'web'), statusOf(harness, 'db')]).toEqual(['running', 'running']);
    expect(harness.engine.snapshot().volumes.map(({ name }) => name)).toEqual(['1_data']);
  });

  it('leaves the data alone when the app is locked', async () => {
    await using harness = await reached();
    harness.locks.hold(1, 'db');
    await expectRefusal(harness, harness.device.purgeApp(1), UpdatesLockedError);
    harness.locks.drop(1, 'db');
    await harness.settle();
    expect(writes(harness)).toEqual([]);
  });
});

describe('removing unused volumes', () => {
  it('removes those that no release has, and no others', async () => {
    await using harness = await reached();
    await harness.device.setLocalTarget(testTarget({ commit: 'c2', services: { web: {}, db: {} } }));
    await harness.settle();
    expect(harness.engine.snapshot().volumes.map(({ name }) => name)).toEqual(['1_data']);
    await act(harness, harness.device.removeUnusedVolumes([2]));
    expect(harness.engine.snapshot().volumes.map(({ name }) => name)).toEqual(['1_data']);
    await act(harness, harness.device.removeUnusedVolumes([1]));
    expect(harness.engine.snapshot().volumes).toEqual([]);
  });
});

describe('an action on what is not there', () => {
  it('is refused by name', async () => {
    await using harness = await reached();
    await expect(harness.device.restartApp(7)).rejects.toThrow(AppNotFoundError);
    await expect(harness.device.stopService(1, 'x')).rejects.toThrow(ServiceNotFoundError);
  });

  it('fails while the engine is away', async () => {
    await using harness = await reached();
    harness.engine.goAway();
    await expectRefusal(harness, harness.device.restartApp(1), ActionFailedError);
    expect(writes(harness)).toEqual([]);
  });
});

describe('cancelling an update', () => {
  it('ends the download and does nothing more until it is asked for', async () => {
    await using harness = await reached();
    harness.engine.publishImage('web:3');
    using hold = harness.engine.hold('pullImage');
    await harness.device.setLocalTarget(testTarget({ commit: 'c2', services: { web: { image: 'web:3' }, db: {} } }));
    await harness.flush();
    await harness.device.update({ cancel: true });
    await harness.flush();
    expect(harness.device.state()).toMatchObject({ applying: false, apps: [{ updateStatus: 'aborted' }] });
    expect(harness.said()).not.toContain("Downloaded image 'web:3'");
    hold.release();
    await harness.flush();
    expect(containerNames(harness)).toEqual(['db_2_1_c1', 'web_1_1_c1']);
    await harness.device.update();
    await harness.settle();
    expect(containerNames(harness)).toEqual(['db_2_1_c2', 'web_1_1_c2']);
  });
});

describe('planning without doing', () => {
  it('tells what another target would mean', async () => {
    await using harness = await reached();
    expect((await harness.device.plan()).operations).toEqual([]);
    const plan = await harness.device.plan(testTarget({ services: { web: { environment: { A: '1' } }, db: {} } }));
    expect(plan.operations.map(({ kind }) => kind)).toContain('stop-container');
    await harness.flush();
    expect(writes(harness)).toEqual([]);
  });
});

describe('a download that takes its time', () => {
  it('does not block another app, and is started and reported once', async () => {
    await using harness = startHarness({ images: IMAGES, pullable: { 'big:1': {} } });
    using hold = harness.engine.hold('pullImage');
    const web = { composition: { depends_on: { db: { condition: 'service_healthy' } } } };
    const db = { composition: { healthcheck: { test: 'true' } } };
    await harness.device.setLocalTarget(
      testTarget({ services: { large: { image: 'big:1' } } }, { services: { web, db } }),
    );
    await harness.flush();
    expect(statusOf(harness, 'web')).toBe('created');
    const healthy = harness.engine.snapshot().containers.find(({ identity }) => identity?.serviceName === 'db');
    harness.engine.setHealth(healthy?.name ?? '', 'healthy');
    await harness.flush();
    expect(statusOf(harness, 'web')).toBe('running');
    hold.release();
    await harness.settle();
    expect(statusOf(harness, 'large')).toBe('running');
    expect(harness.engine.calls.filter(({ kind }) => kind === 'pullImage')).toHaveLength(1);
    expect(harness.said().filter((line) => line.includes("image 'big:1'"))).toEqual([
      "Downloading image 'big:1'",
      "Downloaded image 'big:1'",
    ]);
  });
});

describe('actions that contradict each other', () => {
  it('do not wait for replaced wishes: the last one counts', async () => {
    await using harness = await reached();
    const stop = harness.device.stopService(1, 'web');
    const start = harness.device.startService(1, 'web');
    const [outcomes] = await Promise.all([Promise.allSettled([stop, start]), harness.flush()]);
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'ACTION_CANCELLED' } },
      { status: 'fulfilled' },
    ]);
    expect(statusOf(harness, 'web')).toBe('running');
    const [others] = await Promise.all([
      Promise.allSettled([harness.device.startService(1, 'web'), harness.device.stopService(1, 'web')]),
      harness.flush(),
    ]);
    expect(others).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled' }]);
    expect(statusOf(harness, 'web')).toBe('exited');
  });

  it('end when another target comes before they are done', async () => {
    await using harness = await reached();
    const stop = harness.device.stopService(1, 'web');
    await harness.device.setLocalTarget({ ...TARGET, config: { OTHER: '1' } });
    const [[outcome]] = await Promise.all([Promise.allSettled([stop]), harness.flush()]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ACTION_CANCELLED' } });
    expect(statusOf(harness, 'web')).toBe('running');
  });

  it('leave nothing behind of those that failed', async () => {
    await using harness = await reached();
    harness.locks.hold(1, 'web');
    const stops = [harness.device.stopService(1, 'web'), harness.device.stopService(1, 'web')];
    const [outcomes] = await Promise.all([Promise.allSettled(stops), harness.flush()]);
    expect(outcomes).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    harness.locks.drop(1, 'web');
    await harness.settle();
    expect(statusOf(harness, 'web')).toBe('running');
  });
});

it('removing unused volumes is done at once on a device that never had a target', async () => {
  await using harness = startHarness({ images: IMAGES });
  await act(harness, harness.device.removeUnusedVolumes('all'));
  expect(writes(harness)).toEqual([]);
});

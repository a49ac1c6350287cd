import { testLease, testTarget } from '@device-supervisor/compose/testing';
import type { TargetState } from '@device-supervisor/state';
import { expect, describe, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const IMAGES = Object.fromEntries(['web:1', 'web:2', 'web:3'].map((name) => [name, { content: name }]));

function release(commit: string, image: string): TargetState {
  const web = {
    image,
    labels: { 'io.balena.update.strategy': 'hand-over', 'io.balena.update.handover-timeout': '30000' },
    composition: { healthcheck: { test: 'true' } },
  };
  return testTarget({ commit, services: { web } });
}

const DAY = 86_400_000;

/** A device whose service is about to be taken over: the new container runs beside the old one. */
async function handingOver(): Promise<DeviceHarness> {
  const harness = startHarness({ images: IMAGES });
  await harness.device.setLocalTarget(release('c1', 'web:1'));
  await harness.settle();
  await harness.device.setLocalTarget(release('c2', 'web:2'));
  await harness.flush();
  return harness;
}

function containers({ engine }: DeviceHarness): Record<string, string> {
  return Object.fromEntries(
    engine.snapshot().containers.map(({ name, status, config }) => [name, `${status} ${config.restart.name}`]),
  );
}

const BOTH = { old_web_1_1_c1: 'running no', web_1_1_c2: 'running always' };
const NEW = { web_1_1_c2: 'running always' };
const OLD = { web_1_1_c1: 'running always' };

describe('a hand-over', () => {
  it('has both containers run, the old one without a restart policy, and no lock is held', async () => {
    await using harness = await handingOver();
    expect(containers(harness)).toEqual(BOTH);
    expect(harness.locks.heldByUs(1)).toEqual([]);
    expect(harness.device.state().apps[0]?.services.map(({ status }) => status)).toEqual([
      'Awaiting handover',
      'Handing over',
    ]);
  });

  it('has the old container run again when the target goes back to it, though it ended meanwhile', async () => {
    await using harness = await handingOver();
    harness.engine.exit('old_web_1_1_c1', 1);
    await harness.flush();
    await harness.device.setLocalTarget(release('c1', 'web:1'));
    await harness.settle();
    expect(containers(harness)).toEqual(OLD);
  });

  it('leaves the old container stopped when a client stopped it after the target went back to it', async () => {
    await using harness = await handingOver();
    await harness.device.setLocalTarget(release('c1', 'web:1'));
    await harness.settle();
    const [old] = harness.engine.snapshot().containers;
    await harness.engine.stopContainer(old?.id ?? '', testLease(1, ['web']), null);
    await harness.settle();
    expect(containers(harness)).toEqual({ web_1_1_c1: 'exited always' });
  });

  it('fails when the new container crashes again and again, though it may run when its time is up', async () => {
    const withLabel = (image: string): TargetState =>
      testTarget({ services: { web: { image, labels: { 'io.balena.update.strategy': 'hand-over' } } } });
    await using harness = startHarness({ images: IMAGES });
    await harness.device.setLocalTarget(withLabel('web:1'));
    await harness.settle();
    await harness.device.setLocalTarget(withLabel('web:2'));
    await harness.flush();
    const web = harness.engine.snapshot().containers.find(({ name }) => !name.startsWith('old_'))?.id ?? '';
    for (let time = 0; time < 3; time++) {
      if (time > 0) harness.engine.resume(web);
      harness.engine.exit(web, 1);
      await harness.flush();
    }
    expect(harness.engine.snapshot().containers.map(({ id }) => id)).not.toContain(web);
    expect(harness.said().filter((line) => line.includes('again and again'))).not.toEqual([]);
  });

  it('ends when the new container says so, early', async () => {
    await using harness = await handingOver();
    harness.locks.completeHandOver(1, 'web');
    await harness.flush();
    expect(containers(harness)).toEqual(NEW);
    expect(harness.device.state().applying).toBe(false);
    expect(await harness.locks.handOvers(1, ['web'])).toEqual([]);
  });

  it('ends when the new container says so, late', async () => {
    await using harness = await handingOver();
    harness.clock.advance(20_000);
    await harness.flush();
    expect(containers(harness)).toEqual(BOTH);
    harness.locks.completeHandOver(1, 'web');
    await harness.flush();
    expect(containers(harness)).toEqual(NEW);
  });

  it('ends when the time is over, though the new container never says so', async () => {
    await using harness = await handingOver();
    harness.clock.advance(29_000);
    await harness.flush();
    expect(containers(harness)).toEqual(BOTH);
    harness.clock.advance(1_000);
    await harness.flush();
    expect(containers(harness)).toEqual(NEW);
  });

  it.each([
    ['forwards', 365 * DAY],
    ['back', -365 * DAY],
  ])('has its time though the clock jumps %s meanwhile', async (_, jump) => {
    await using harness = await handingOver();
    harness.clock.advance(10_000);
    await harness.flush();
    harness.clock.jump(jump);
    // Something happens, so that a plan is made at the other time.
    await harness.device.update();
    await harness.flush();
    expect(containers(harness)).toEqual(BOTH);
    harness.clock.advance(19_000);
    await harness.flush();
    expect(containers(harness)).toEqual(BOTH);
    harness.clock.advance(1_000);
    await harness.flush();
    expect(containers(harness)).toEqual(NEW);
  });

  it('does not count what an earlier container said', async () => {
    await using harness = startHarness({ images: IMAGES });
    await harness.device.setLocalTarget(release('c1', 'web:1'));
    await harness.settle();
    harness.locks.completeHandOver(1, 'web');
    await harness.device.setLocalTarget(release('c2', 'web:2'));
    await harness.flush();
    expect(containers(harness)).toEqual(BOTH);
  });

  it('gives the old container its place back when the new one is unhealthy', async () => {
    await using harness = await handingOver();
    using hold = harness.engine.hold('createContainer');
    harness.engine.setHealth('web_1_1_c2', 'unhealthy');
    await harness.flush();
    // The old one stands aside once more, for the next try.
    expect(containers(harness)).toEqual({ old_web_1_1_c1: 'running no' });
    hold.release();
    await harness.flush();
    expect(containers(harness)).toEqual(BOTH);
  });

  it('leaves the old container in its place between the tries, which come less and less often', async () => {
    await using harness = await handingOver();
    for (let tries = 0; tries < 4; tries++) {
      harness.engine.setHealth('web_1_1_c2', 'unhealthy');
      await harness.flush();
    }
    expect(containers(harness)).toEqual(OLD);
    expect(harness.device.state().blocked.map(({ reason }) => reason)).toContain('backoff');
  });

  it('goes on after a restart of the supervisor', async () => {
    await using harness = await handingOver();
    await harness.restart();
    await harness.flush();
    expect(containers(harness)).toEqual(BOTH);
    harness.locks.completeHandOver(1, 'web');
    await harness.flush();
    expect(containers(harness)).toEqual(NEW);
  });

  it('goes on from the old container when a third release comes before the second took over', async () => {
    await using harness = await handingOver();
    await harness.device.setLocalTarget(release('c3', 'web:3'));
    await harness.flush();
    expect(containers(harness)).toEqual({ old_web_1_1_c1: 'running no', web_1_1_c3: 'running always' });
    harness.locks.completeHandOver(1, 'web');
    await harness.flush();
    expect(containers(harness)).toEqual({ web_1_1_c3: 'running always' });
  });
});

import { testTarget } from '@device-supervisor/compose/testing';
import type { DeviceEngine } from '@device-supervisor/device';
import type { InMemoryEngine } from '@device-supervisor/engine/testing';
import { expect, it } from 'vitest';
import { startHarness } from './device-harness.ts';

/** The volume is removed by hand before the first container comes: the engine makes one without labels for it. */
function removingOnce(engine: InMemoryEngine): DeviceEngine {
  let isRemoved = false;
  return {
    ...engine,
    createContainer: async (container) => {
      if (!isRemoved) await engine.removeVolume('1_data');
      isRemoved = true;
      await engine.createContainer(container);
    },
  };
}

const target = (commit: string) =>
  testTarget({ commit, services: { web: { composition: { volumes: ['data:/data'] } } }, volumes: { data: {} } });

it('a volume that was removed by hand, and came back for our container, is used, kept by updates and purged', async () => {
  await using harness = startHarness({ images: { 'web:1': {} }, wrapEngine: removingOnce });
  const { engine, device } = harness;
  const states = () => engine.snapshot().volumes.map(({ name, supervised }) => `${name} ${supervised}`);
  for (const commit of ['c1', 'c2']) {
    await harness.setTarget(target(commit));
    await harness.settle();
    expect(device.state()).toMatchObject({
      blocked: [],
      applying: false,
      apps: [{ services: [{ status: 'Running' }] }],
    });
    expect(states()).toEqual(['1_data false']);
  }
  const purged = device.purgeApp(1);
  await harness.settle();
  await purged;
  expect(states()).toEqual(['1_data true']);
});

it('a volume that came back for our container, and that the next release has no more, holds up no purge', async () => {
  await using harness = startHarness({ images: { 'web:1': {} }, wrapEngine: removingOnce });
  const { device, engine } = harness;
  await harness.setTarget(target('c1'));
  await harness.settle();
  await harness.setTarget(testTarget({ commit: 'c2', services: { web: {} } }));
  const purged = device.purgeApp(1);
  await harness.settle();
  await purged;
  expect(engine.snapshot().volumes).toEqual([]);
});

it.each(['kill-then-download', 'delete-then-download'])(
  'a volume that came back for our container stays ours while the next one is downloaded: %s',
  async (strategy) => {
    await using harness = startHarness({
      images: { 'web:1': { content: '1' } },
      pullable: { 'web:2': { content: '2' } },
      wrapEngine: removingOnce,
    });
    const { engine, device } = harness;
    const targetOf = (image: string) => {
      const labels = { 'io.balena.update.strategy': strategy };
      const services = { web: { image, labels, composition: { volumes: ['data:/data'] } } };
      return testTarget({ services, volumes: { data: {} } });
    };
    await harness.setTarget(targetOf('web:1'));
    await harness.settle();
    using hold = engine.hold('pullImage');
    await harness.setTarget(targetOf('web:2'));
    await harness.flush();
    harness.clock.advance(31_000);
    await harness.flush();
    expect(engine.snapshot().containers).toEqual([]);
    expect(device.state().blocked).toEqual([]);
    hold.release();
    await harness.settle();
    expect(engine.snapshot().containers).toMatchObject([{ imageReference: 'web:2', status: 'running' }]);
    expect(engine.snapshot().volumes).toMatchObject([{ name: '1_data', supervised: false }]);
  },
);

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

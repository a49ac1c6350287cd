import { testTarget } from '@device-supervisor/compose/testing';
import { EngineUnreachableError } from '@device-supervisor/engine';
import { expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const WEB = testTarget({ services: { web: {} } });

/** A device whose engine does not answer the next stop. @param carriesOut what the engine does meanwhile */
async function startDeaf(
  carriesOut: 'at once' | 'later',
): Promise<{ harness: DeviceHarness; stop: () => Promise<void> }> {
  const late = Promise.withResolvers<() => Promise<void>>();
  let isDeaf = true;
  const harness = startHarness({
    images: { 'web:1': {} },
    wrapEngine: (engine) => ({
      ...engine,
      async stopContainer(...args) {
        if (!isDeaf) return await engine.stopContainer(...args);
        isDeaf = false;
        if (carriesOut === 'at once') await engine.stopContainer(...args);
        late.resolve(() => engine.stopContainer(...args));
        throw new EngineUnreachableError('memory:', 'no answer within 60 s');
      },
    }),
  });
  await harness.setTarget(WEB);
  await harness.settle();
  return { harness, stop: async () => await (await late.promise)() };
}

function statusOf({ engine }: DeviceHarness): unknown[] {
  return engine.snapshot().containers.map(({ name, status }) => `${name} ${status}`);
}

it('a service runs that was to be restarted, and whose stop the engine did not answer', async () => {
  const { harness } = await startDeaf('at once');
  await using _ = harness;
  await expect(harness.device.restartService(1, 'web')).rejects.toThrow('no answer within 60 s');
  await harness.settle();
  expect(statusOf(harness)).toEqual(['web_1_1_c1 running']);
});

it('a service runs that the engine stopped after the call was given up', async () => {
  const { harness, stop } = await startDeaf('later');
  await using _ = harness;
  await expect(harness.device.restartService(1, 'web')).rejects.toThrow('no answer within 60 s');
  await harness.settle();
  expect(statusOf(harness)).toEqual(['web_1_1_c1 running']);
  await stop();
  await harness.flush();
  expect(statusOf(harness)).toEqual(['web_1_1_c1 running']);
});

it('a service that another client stops after that stays stopped', async () => {
  const { harness, stop } = await startDeaf('later');
  await using _ = harness;
  await expect(harness.device.restartService(1, 'web')).rejects.toThrow('no answer within 60 s');
  await stop();
  await harness.settle();
  await stop();
  await harness.settle();
  expect(statusOf(harness)).toEqual(['web_1_1_c1 exited']);
});

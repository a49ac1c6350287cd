import { testTarget } from '@device-supervisor/compose/testing';
import { expect, it } from 'vitest';
import { startHarness } from './device-harness.ts';

it('a look from before the end of an update begins nothing that the update has done', async () => {
  const gate = { closed: false, open: Promise.withResolvers<void>() };
  await using harness = startHarness({
    images: { 'web:1': { content: 'web:1' }, 'web:2': { content: 'web:2' } },
    wrapEngine: (engine) => ({
      ...engine,
      async observe(request) {
        const snapshot = await engine.observe(request);
        if (gate.closed) await gate.open.promise;
        return snapshot;
      },
    }),
  });
  await harness.device.setLocalTarget(testTarget({ services: { web: {} } }));
  await harness.settle();
  harness.engine.clearCalls();

  const removal = harness.engine.hold('removeContainer');
  await harness.device.setLocalTarget(testTarget({ commit: 'c2', services: { web: { image: 'web:2' } } }));
  await harness.flush();
  expect(removal.waiting).toBe(1);
  gate.closed = true;
  harness.clock.advance(60_000);
  await harness.flush();
  removal.release();
  await harness.flush();
  gate.closed = false;
  gate.open.resolve();
  await harness.settle();

  const writes = harness.engine.calls.filter(({ write }) => write).map(({ kind }) => kind);
  expect(writes.filter((kind) => kind === 'removeContainer')).toHaveLength(1);
  expect(harness.engine.snapshot().containers).toMatchObject([{ imageReference: 'web:2', status: 'running' }]);
});

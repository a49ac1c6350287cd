import { bundleSupervisor, busyboxImage, startTestEngine } from '@device-supervisor/testbed';
import { expect, it } from 'vitest';
import { excessOf } from '../src/soak/holdings.ts';
import { SOAK_IMAGES } from '../src/soak/random-app.ts';
import { soak } from '../src/soak/soak.ts';

const CHANGES = 20;

it('a supervisor whose engine fails at random reaches every target, and leaves nothing behind', async () => {
  await bundleSupervisor();
  await using engine = await startTestEngine();
  for (const tag of SOAK_IMAGES) {
    const program = { cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' };
    await busyboxImage(engine.endpoint, { tag, labels: { soak: tag }, ...program });
  }
  const figures = await soak({ endpoint: engine.endpoint, changes: CHANGES, settleAt: 10, seed: 1 });
  expect(figures.leftovers).toEqual([]);
  expect(figures.spoiled).toBeGreaterThan(0);
  // Memory is measured by the bench: this run is too short to settle.
  expect(excessOf(figures.settled, figures.last)).toEqual([]);
  expect(figures.last.counts).toMatchObject({
    timers: expect.any(Number),
    'descriptors of Unix sockets': expect.any(Number),
  });
});

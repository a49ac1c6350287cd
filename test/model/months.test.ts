import { randomBytes } from 'node:crypto';
import { testTarget } from '@device-supervisor/compose/testing';
import { heapUsed } from '@device-supervisor/testbed';
import { expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

/** Bytes: what comes and goes, and what the runtime keeps for itself. */
const SLACK = 800_000;

/** One release after the other, each with an image of its own; and what happens to a device between two of them. */
async function live(harness: DeviceHarness, releases: Iterable<number>): Promise<void> {
  for (const number of releases) {
    const image = `web:${number}`;
    harness.engine.publishImage(image, { content: image });
    const services = { web: { image }, worker: { image: 'worker:1' }, lost: { image: `lost:${number}` } };
    await harness.setTarget(testTarget({ commit: `c${number}`, services }));
    await harness.flush();
    for (let hour = 0; hour < 2; hour++) {
      const worker = harness.engine.snapshot().containers.find(({ name }) => name.startsWith('worker'));
      if (worker !== undefined) harness.engine.exit(worker.id, 1);
      await harness.flush();
      if (worker !== undefined) harness.engine.resume(worker.id);
      harness.clock.advance(3_600_000);
      await harness.flush();
      harness.device.state();
    }
    // The test's own records do not count as the device's memory.
    harness.engine.clearCalls();
    harness.events.length = 0;
  }
}

it('a device takes no more memory after months of releases, crashes and failed downloads', async () => {
  await using harness = startHarness({ images: { 'worker:1': {} }, managed: true });
  await live(harness, range(0, 60));
  const before = heapUsed();
  await live(harness, range(60, 120));
  expect(harness.engine.snapshot().images.map(({ tags }) => tags.join())).toEqual(
    expect.arrayContaining(['worker:1', 'web:119']),
  );
  expect(heapUsed() - before).toBeLessThan(SLACK);
});

it('a device keeps nothing of a release that another has replaced', async () => {
  await using harness = startHarness({ images: { 'web:1': {} } });
  const release = async (commit: string, environment: Record<string, string> = {}): Promise<void> => {
    await harness.setTarget(testTarget({ commit, services: { web: { image: 'web:1', environment } } }));
    await harness.flush();
    harness.engine.clearCalls();
    harness.events.length = 0;
  };
  await release('c1');
  const before = heapUsed();
  await release('c2', longValues());
  await Promise.all([harness.device.stopService(1, 'web'), harness.flush()]);
  expect(heapUsed() - before).toBeGreaterThan(7_000_000);
  await release('c3');
  // The runtime frees what weak references name in a later turn.
  await expect.poll(() => heapUsed() - before, { timeout: 20_000 }).toBeLessThan(SLACK);
});

function longValues(): Record<string, string> {
  const value = (): string => randomBytes(100_000).toString('hex');
  return Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`V${index}`, value()]));
}

function* range(from: number, to: number): Generator<number> {
  for (let number = from; number < to; number++) yield number;
}

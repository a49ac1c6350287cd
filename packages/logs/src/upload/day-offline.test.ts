import { createFakeClock } from '@device-supervisor/primitives/testing';
import { heapUsed } from '@device-supervisor/testbed';
import { expect, it } from 'vitest';
import { createFakeDestination } from '../testing/fake-destination.ts';
import { createFakeLogSource } from '../testing/index.ts';
import { settled } from '../testing/read-messages.ts';
import { createTestUploader } from '../testing/test-uploader.ts';

const MINUTE = 60_000;
const HOURS = 24;
/** Lines of the noisy one that are kept: about half an hour. */
const KEPT = 5_000;
const NOISE_PER_MINUTE = 150;
const MEGABYTE = 1024 * 1024;

it('a day offline takes no more memory than its first hour; then each service gets what is still kept of it', async () => {
  const clock = createFakeClock();
  const source = createFakeLogSource(clock);
  const cloud = createFakeDestination();
  await using uploader = createTestUploader(source, clock);
  const service = { appId: 1, level: 'all' } as const;
  uploader.watch([
    { ...service, id: 'n1', name: 'noisy_1', serviceId: 11, serviceName: 'noisy' },
    { ...service, id: 'q1', name: 'quiet_1', serviceId: 12, serviceName: 'quiet' },
  ]);
  cloud.failure = new Error('offline');
  uploader.connect(cloud);

  let noise = 0;
  let afterHour = 0;
  for (let minute = 0; minute < HOURS * 60; minute++) {
    for (let count = 0; count < NOISE_PER_MINUTE; count++) source.write('n1', `noise ${noise++}`);
    source.vacuum('n1', KEPT);
    if (minute === 60) afterHour = heapUsed();
    if (minute % 60 === 0) {
      source.write('q1', `hour ${minute / 60}`);
      uploader.system(`Updates are locked, retrying in ${minute} s`);
    }
    clock.advance(MINUTE);
    await settled();
  }
  expect(heapUsed() - afterHour).toBeLessThan(2 * MEGABYTE);
  expect(cloud.streams.length).toBeLessThan(HOURS * 14);
  expect(cloud.confirmed).toEqual([]);

  cloud.failure = null;
  clock.advance(5 * MINUTE);
  for (let passed = 0; passed < 5 * MINUTE && cloud.confirmed.at(-1) !== `noise ${noise - 1}`; passed += 100) {
    await settled();
    clock.advance(100);
  }
  const lines = cloud.confirmed.flatMap((text) => /^noise (\d+)$/.exec(text)?.[1] ?? []).map(Number);
  expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
  expect(lines.slice(-KEPT)).toEqual(Array.from({ length: KEPT }, (_, index) => noise - KEPT + index));
  expect(cloud.confirmed.filter((text) => text.startsWith('hour'))).toEqual(
    Array.from({ length: HOURS }, (_, hour) => `hour ${hour}`),
  );
  expect(cloud.confirmed.filter((text) => text.includes('locked'))).toHaveLength(HOURS);
  expect(cloud.confirmed.filter((text) => text.includes('missing'))).toEqual([
    expect.stringMatching(/^Messages of service 'noisy' between .* and .* may be missing: they are kept no longer$/),
  ]);
  // A quiet service does not wait for the backlog of a noisy one.
  const before = cloud.confirmed.slice(0, cloud.confirmed.indexOf(`hour ${HOURS - 1}`));
  expect(before.length).toBeLessThan(500);
});

import { createFakeClock, type FakeClock } from '@device-supervisor/primitives/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeDestination, type FakeDestination } from '../testing/fake-destination.ts';
import { createFakeLogSource, type FakeLogSource } from '../testing/index.ts';
import { settled } from '../testing/read-messages.ts';
import { createTestUploader } from '../testing/test-uploader.ts';
import { DB, WEB } from '../testing/watched-containers.ts';
import type { LogUploader } from './log-uploader.ts';

const MINUTE = 60_000;

let clock: FakeClock;
let source: FakeLogSource;
let cloud: FakeDestination;
let uploader: LogUploader;

beforeEach(() => {
  clock = createFakeClock();
  source = createFakeLogSource(clock);
  cloud = createFakeDestination();
  uploader = createTestUploader(source, clock);
});

afterEach(async () => {
  const ended = uploader[Symbol.asyncDispose]();
  await pass(5_000);
  await ended;
  expect(clock.pending).toBe(0);
});

/** Time passes, and what it causes happens. */
async function pass(duration: number): Promise<void> {
  await settled();
  for (let passed = 0; passed < duration; passed += 100) {
    clock.advance(100);
    await settled();
  }
}

describe('a server that takes 50 lines every half second', () => {
  it('is not flooded with what has piled up: 40 lines per half second, and 20 on a stream', async () => {
    uploader.watch([WEB]);
    for (let index = 0; index < 2_000; index++) source.write('w1', `${index} ${'x'.repeat(1_000)}`);
    uploader.connect(cloud);
    const written = (): number => cloud.streams.reduce((sum, stream) => sum + stream.written.length, 0);
    await settled();
    for (let halfSecond = 0; halfSecond < 60; halfSecond++) {
      const before = written();
      await pass(500);
      expect(written() - before).toBeLessThanOrEqual(40);
    }
    await pass(MINUTE);
    expect(Math.max(...cloud.streams.map((stream) => stream.written.length))).toBe(20);
    expect(cloud.confirmed.filter((text) => text.includes('x')).map((text) => Number(text.split(' ')[0]))).toEqual(
      Array.from({ length: 2_000 }, (_, i) => i),
    );
    expect(cloud.confirmed.filter((text) => text.startsWith('Messages'))).toEqual([
      "Messages of service 'web' come late: more wait than the cloud takes, 80 per second of a device",
      expect.stringMatching(/^Messages of service 'web' are up to date again: \d+ came late$/),
    ]);
    expect(uploader.delayed).toBeGreaterThan(1_500);
    expect(uploader.waiting).toBe(0);
  });

  it('gets the newest line of a quiet service within two seconds while another one catches up', async () => {
    uploader.watch([WEB, DB]);
    for (let index = 0; index < 3_000; index++) source.write('w1', `${index}`);
    uploader.connect(cloud);
    await pass(5_000);
    source.write('d1', 'just now');
    await pass(2_000);
    expect(cloud.streams.flatMap((stream) => stream.written)).toContain('just now');
    expect(uploader.waiting).toBeGreaterThan(2_000);
  });

  it('gets the newest lines after five minutes of a service that writes too much, with a count of those left out', async () => {
    uploader.watch([WEB, DB]);
    uploader.connect(cloud);
    let number = 0;
    // Twice as much as the pace allows, for ten minutes.
    for (let step = 0; step < 6_000; step++) {
      for (let line = 0; line < 16; line++) source.write('w1', `${number++}`);
      clock.advance(100);
      await settled();
    }
    const heard = cloud.streams.flatMap((stream) => stream.written);
    const skipped = heard.flatMap((text) => /^(\d+) messages of service 'web' skipped: /.exec(text)?.[1] ?? []);
    expect(skipped).toHaveLength(1);
    const lines = heard.filter((text) => /^\d+$/.test(text)).map(Number);
    // None is missing but those that were counted, and none came twice or in another order.
    const left = lines.findIndex((line, index) => line !== index);
    const [after = 0] = lines.slice(left);
    expect(after - left).toBe(Number(skipped[0]));
    expect(lines.slice(left)).toEqual(Array.from({ length: lines.length - left }, (_, index) => after + index));
    expect(uploader.dropped).toBe(Number(skipped[0]));
    // At the time it skipped, what came next was the newest.
    expect(after).toBeGreaterThan(45_000);
  });
});

import { createFakeClock, type FakeClock } from '@device-supervisor/primitives/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeLogSource, type FakeLogSource } from '../testing/index.ts';
import { createFakeDestination, type FakeDestination } from '../testing/fake-destination.ts';
import { settled } from '../testing/read-messages.ts';
import { DB, WEB } from '../testing/watched-containers.ts';
import { createLogUploader, type LogUploader } from './log-uploader.ts';
import type { UploadResult } from './sender.ts';

const MINUTE = 60_000;

let clock: FakeClock;
let source: FakeLogSource;
let cloud: FakeDestination;
let saved: string | null;
/** In memory. */
let quick: string | null;
let saves: number;
let results: UploadResult[];
let uploader: LogUploader;

/** Another run of the supervisor, with what the one before has saved. */
function start(capacity?: number): LogUploader {
  uploader = createLogUploader({
    source,
    positions: {
      load: () => saved,
      save(text) {
        saved = text;
        saves++;
      },
    },
    quickPositions: { load: () => quick, save: (text) => void (quick = text) },
    clock,
    random: () => 0,
    onResult: (result) => results.push(result),
    onFault: (error) => expect.unreachable(String(error)),
    ...(capacity === undefined ? {} : { capacity }),
  });
  return uploader;
}

/** Time passes, and what it causes happens. */
async function pass(duration: number): Promise<void> {
  await settled();
  for (let passed = 0; passed < duration;) {
    // The pace is in tenths of a second.
    const step = cloud.streams.at(-1)?.state === 'open' ? 100 : 500;
    clock.advance(step);
    passed += step;
    await settled();
  }
}

/** Ends it, also when the server lets it wait. */
async function end(ending: LogUploader): Promise<void> {
  const ended = ending[Symbol.asyncDispose]();
  await pass(5_000);
  await ended;
}

beforeEach(() => {
  clock = createFakeClock();
  source = createFakeLogSource(clock);
  cloud = createFakeDestination();
  [saved, quick, saves, results] = [null, null, 0, []];
  start();
});

afterEach(async () => {
  await end(uploader);
  expect(source.open).toEqual([]);
  expect(clock.pending).toBe(0);
});

describe('a server that takes logs', () => {
  it('gets what was said before it was there, and lines at once; a minute later it is known that it has them', async () => {
    uploader.watch([WEB]);
    uploader.system('Supervisor starting');
    source.write('w1', 'one');
    await settled();
    uploader.connect(cloud);
    source.write('w1', 'two');
    await settled();
    expect(cloud.streams.map(({ written }) => written)).toEqual([['Supervisor starting', 'one', 'two']]);
    expect(uploader.sent).toBe(0);
    await pass(MINUTE);
    expect(cloud.streams.map(({ state }) => state)).toEqual(['confirmed']);
    expect(uploader.sent).toBe(3);
  });

  it('gets lines of a level only, and messages cut to 10,000 characters without half a character', async () => {
    uploader.connect(cloud);
    uploader.watch([
      { ...WEB, level: 'error' },
      { ...DB, level: 'none' },
    ]);
    source.write('w1', 'fine');
    source.write('d1', 'secret', { isStdErr: true });
    source.write('w1', `${'x'.repeat(9_999)}😀`, { isStdErr: true });
    await settled();
    expect(cloud.streams.map(({ written }) => written)).toEqual([['x'.repeat(9_999)]]);
  });

  it('gets a stream for 20 lines or a minute, whichever comes first, and none while there is nothing', async () => {
    uploader.connect(cloud);
    uploader.watch([WEB]);
    for (let second = 0; second < 300; second++) {
      source.write('w1', `${second}`);
      await pass(1_000);
    }
    expect(cloud.streams.length).toBeLessThanOrEqual(15);
    expect(cloud.streams.flatMap(({ written }) => written)).toHaveLength(300);
    await pass(2 * MINUTE);
    const { length } = cloud.streams;
    const before = saves;
    await pass(5 * MINUTE);
    expect(cloud.streams).toHaveLength(length);
    expect(saves).toBe(before);
    expect(saves).toBeLessThanOrEqual(8);
  });
});

describe('a server that cannot be had', () => {
  it('is retried with growing delays, reported once, and gets everything when it is back', async () => {
    cloud.failure = new Error('connection refused');
    uploader.watch([WEB]);
    uploader.connect(cloud);
    source.write('w1', 'one');
    await pass(30 * MINUTE);
    expect(cloud.streams.length).toBeLessThan(14);
    expect(results).toMatchObject([{ status: 'failed', retryIn: 5_000 }]);
    source.write('w1', 'two');
    cloud.failure = null;
    await pass(7 * MINUTE);
    expect(cloud.confirmed).toEqual(['one', 'two']);
    expect(results.at(-1)).toEqual({ status: 'ok' });
  });

  it('leaves lines where they are kept, for a day too, and memory as it was', async () => {
    await end(uploader);
    start(20_000).watch([WEB, DB]);
    cloud.failure = new Error('offline');
    uploader.connect(cloud);
    for (let index = 0; index < 1_000; index++) source.write('w1', `${index}`);
    source.write('d1', 'only one');
    for (let index = 0; index < 100; index++) uploader.system(`s${index}`);
    await pass(10 * MINUTE);
    // The held lines were read; the other logs are not even open.
    expect(source.open).toEqual(['d1']);
    cloud.failure = null;
    await pass(15 * MINUTE);
    const lines = cloud.confirmed.filter((text) => /^\d+$/.test(text));
    expect(lines).toEqual(Array.from({ length: 1_000 }, (_, index) => `${index}`));
    expect(cloud.confirmed.indexOf('only one')).toBeLessThan(10);
    const system = cloud.confirmed.filter((text) => text.startsWith('s'));
    expect(cloud.confirmed).toContain(`${100 - system.length} messages dropped`);
    expect(uploader.dropped).toBe(100 - system.length);
  });

  it('gets a notice about lines that were not kept while it was away', async () => {
    await end(uploader);
    start(20_000).watch([WEB, DB]);
    cloud.failure = new Error('offline');
    uploader.connect(cloud);
    const began = clock.now();
    for (let index = 0; index < 4_000; index++) source.write('w1', `${index}`, { timestamp: began + index });
    source.write('d1', 'only one');
    await pass(10 * MINUTE);
    source.vacuum('w1', 100);
    source.vacuum('d1', 0);
    source.write('d1', 'another');
    cloud.failure = null;
    await pass(15 * MINUTE);
    const lines = cloud.confirmed.filter((text) => /^\d+$/.test(text)).map(Number);
    const held = lines.findIndex((number, index) => number !== index);
    expect(lines.slice(held)).toEqual(Array.from({ length: 100 }, (_, index) => 3_900 + index));
    const time = (number: number): string => new Date(began + number).toISOString();
    expect(cloud.confirmed.filter((text) => text.includes('missing'))).toEqual([
      `Messages of service 'web' between ${time(held - 1)} and ${time(3_900)} may be missing: they are kept no longer`,
    ]);
    expect(cloud.confirmed).toContain('another');
  });

  it('gets again what was on a stream that broke, and in order', async () => {
    uploader.watch([WEB]);
    uploader.connect(cloud);
    source.write('w1', 'one');
    await settled();
    cloud.breakNow(new Error('reset'));
    source.write('w1', 'two');
    await pass(MINUTE * 2);
    expect(cloud.streams.map(({ written }) => written)).toEqual([['one'], ['one', 'two']]);
    expect(cloud.confirmed).toEqual(['one', 'two']);
  });

  it('is left alone for as long as it asks', async () => {
    cloud.failure = new Error('429');
    cloud.verdict = { retryAfter: 10 * MINUTE, isRefusal: false };
    uploader.connect(cloud);
    uploader.system('hello');
    await pass(9 * MINUTE);
    expect(cloud.streams).toHaveLength(1);
    await pass(2 * MINUTE);
    expect(cloud.streams).toHaveLength(2);
  });

  it('keeps no stream open that it does not read or answer', async () => {
    cloud.reads = false;
    uploader.watch([WEB]);
    uploader.connect(cloud);
    for (let index = 0; index < 5_000; index++) source.write('w1', 'x'.repeat(1_000));
    await settled();
    expect(cloud.streams.map(({ written }) => written.length)).toEqual([1]);
    await pass(MINUTE + 500);
    expect(cloud.streams.map(({ state }) => state)).toEqual(['confirmed', 'open']);
  });

  it('loses what it refuses again and again, counted and said, and nothing else', async () => {
    uploader.watch([WEB, DB]);
    uploader.connect(cloud);
    cloud.verdict = { retryAfter: null, isRefusal: true };
    source.write('w1', 'poison');
    source.write('w1', 'more poison');
    source.write('d1', 'poison too');
    await settled();
    cloud.failure = new Error('400');
    cloud.breakNow(cloud.failure);
    await pass(16_000);
    cloud.failure = null;
    source.write('w1', 'fine');
    await pass(MINUTE * 3);
    expect(cloud.confirmed).toEqual([
      "2 messages of service 'web' dropped: the server does not take them",
      'fine',
      "1 message of service 'db' dropped: the server does not take them",
    ]);
    expect(uploader.dropped).toBe(3);
  });
});

describe('another run', () => {
  it('goes on after the last line that was confirmed, with what was written meanwhile', async () => {
    uploader.watch([WEB]);
    uploader.connect(cloud);
    source.write('w1', 'one');
    source.write('w1', 'two');
    await settled();
    await end(uploader);
    expect(cloud.confirmed).toEqual(['one', 'two']);
    source.write('w1', 'three');
    clock.advance(MINUTE);
    start().watch([WEB]);
    uploader.connect(cloud);
    await pass(MINUTE);
    expect(cloud.confirmed).toEqual(['one', 'two', 'three']);
  });

  it('goes on from the memory of the minute when the one before was killed, and from a minute before after a boot', async () => {
    uploader.watch([WEB]);
    uploader.connect(cloud);
    for (let line = 0; line < 70; line++) {
      source.write('w1', `${line}`);
      await pass(line === 20 ? MINUTE : 100);
    }
    await settled();
    cloud.confirms = false;
    const killed = uploader;
    const numbersAfter = async (): Promise<number[]> => {
      const after = createFakeDestination();
      const next = start();
      next.watch([WEB]);
      next.connect(after);
      for (let turn = 0; turn < 100; turn++) {
        clock.advance(100);
        await settled();
      }
      await end(next);
      return after.confirmed.map(Number);
    };
    const [savedThen, quickThen] = [saved, quick];
    expect(await numbersAfter()).toEqual(Array.from({ length: 9 }, (_, index) => 61 + index));
    [saved, quick] = [savedThen, null];
    expect((await numbersAfter()).at(0)).toBe(20);
    // That of another device, which began at another time.
    [saved, quick] = [savedThen, quickThen?.replace(/"since":\d+/, '"since":1') ?? null];
    expect((await numbersAfter()).at(0)).toBe(20);
    // A memory that was left behind by an earlier boot says nothing that is newer.
    [saved, quick] = [quickThen, savedThen];
    expect((await numbersAfter()).at(0)).toBe(61);
    cloud.breakNow(new Error('killed'));
    await end(killed);
  });

  it('sends again what was not confirmed when the one before was killed, and nothing that was', async () => {
    uploader.watch([WEB]);
    uploader.connect(cloud);
    source.write('w1', 'one');
    await pass(MINUTE * 1.5);
    source.write('w1', 'two');
    await settled();
    cloud.confirms = false;
    const killed = uploader;
    const after = createFakeDestination();
    start().watch([WEB]);
    uploader.connect(after);
    await pass(MINUTE);
    expect(after.confirmed).toEqual(['two']);
    cloud.breakNow(new Error('killed'));
    await end(killed);
  });

  it('hears containers that ended meanwhile to their end, once', async () => {
    uploader.watch([WEB]);
    uploader.connect(cloud);
    source.write('w1', 'one');
    await settled();
    await end(uploader);
    source.write('w1', 'last words');
    source.stop('w1');
    start().watch([{ ...WEB, hasEnded: true }]);
    uploader.connect(cloud);
    await settled();
    uploader.watch([{ ...WEB, hasEnded: true }]);
    await pass(MINUTE * 2);
    expect(cloud.confirmed).toEqual(['one', 'last words']);
  });

  it.each(['', 'null', '{', '{"since":"x","containers":[]}', '{"since":1,"containers":7}'])(
    'starts over after %j was saved',
    async (text) => {
      await end(uploader);
      source.write('w1', 'before');
      clock.advance(1);
      [saved, quick] = [text, text];
      start().watch([WEB]);
      uploader.connect(cloud);
      source.write('w1', 'after');
      await pass(MINUTE);
      expect(cloud.confirmed).toEqual(['after']);
    },
  );
});

describe('an uploader that is off', () => {
  it('sends nothing and reads nothing; on again, what is written from then on', async () => {
    uploader.watch([WEB]);
    uploader.connect(cloud);
    source.write('w1', 'one');
    await settled();
    uploader.enable(false);
    await expect.poll(() => source.open).toEqual([]);
    uploader.system('unheard');
    source.write('w1', 'unheard');
    await pass(MINUTE);
    uploader.enable(true);
    source.write('w1', 'two');
    await pass(MINUTE * 2);
    expect(cloud.streams.map(({ written }) => written)).toEqual([['one'], ['two']]);
    expect(cloud.confirmed).toEqual(['two']);
    expect(results).toEqual([]);
  });
});

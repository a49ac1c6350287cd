import { createFakeClock, type FakeClock } from '@device-supervisor/primitives/testing';
import { heapUsed } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled } from '../testing/read-messages.ts';
import type { SpooledMessage } from './fair-spool.ts';
import type { LogDestination, OutgoingLogStream } from './log-destination.ts';
import { createSender, STREAM_MESSAGES, type Sender, type UploadResult } from './sender.ts';

/** A stream that takes everything, and remembers nothing. */
const STREAM: OutgoingLogStream = {
  write: () => true,
  drained: async () => undefined,
  broken: Promise.withResolvers<never>().promise,
  close: async () => undefined,
  destroy: () => undefined,
};

let clock: FakeClock;
let waiting: SpooledMessage[];
let confirmed: number;
let results: UploadResult[];
let sender: Sender;

beforeEach(() => {
  clock = createFakeClock();
  [waiting, confirmed, results] = [[], 0, []];
  sender = createSender({
    clock,
    random: () => 0,
    next: () => waiting.shift(),
    onConfirmed: (items) => void (confirmed += items.length),
    onReturned: (items) => void waiting.unshift(...items),
    onRefused: () => expect.unreachable(),
    onResult: (result) => void results.push(result),
  });
});

afterEach(async () => {
  await sender[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
});

function connect(open: () => OutgoingLogStream): void {
  const destination: LogDestination = { open, judge: () => ({ retryAfter: null, isRefusal: false }) };
  sender.connect(destination);
}

function say(message: string): void {
  waiting.push({ message: { message, timestamp: clock.now(), isSystem: true }, origin: null });
  sender.wake();
}

describe('createSender', () => {
  it('takes no more memory with each stream', async () => {
    connect(() => ({ ...STREAM, broken: Promise.withResolvers<never>().promise }));
    const send = async (streams: number): Promise<void> => {
      for (let stream = 0; stream < streams; stream++) {
        for (let message = 0; message < STREAM_MESSAGES; message++) say('x'.repeat(10_000));
        for (let turn = 0; turn < 3; turn++) {
          await settled();
          clock.advance(100);
        }
        await settled();
      }
    };
    await send(200);
    const before = heapUsed();
    await send(2_000);
    expect(confirmed).toBe(2_200 * STREAM_MESSAGES);
    expect(heapUsed() - before).toBeLessThan(256 * 1024);
  });

  it('outlives a stream that cannot even be begun', async () => {
    let isPossible = false;
    connect(() => {
      if (isPossible) return STREAM;
      throw new TypeError('Invalid URL');
    });
    say('hello');
    await settled();
    expect(results).toMatchObject([{ status: 'failed', error: { message: 'Invalid URL' }, retryIn: 5_000 }]);
    isPossible = true;
    clock.advance(5_000);
    await settled();
    clock.advance(60_000);
    await settled();
    expect(confirmed).toBe(1);
    expect(results.at(-1)).toEqual({ status: 'ok' });
  });

  it('has messages confirmed also when streams are broken off that are half a minute old', async () => {
    const streams: { readonly begin: number; readonly breakOff: (error: Error) => void }[] = [];
    const written: string[] = [];
    connect(() => {
      const { promise: broken, reject: breakOff } = Promise.withResolvers<never>();
      broken.catch(() => undefined);
      streams.push({ begin: clock.now(), breakOff });
      return { ...STREAM, broken, write: ({ message }) => written.push(message) > 0 };
    });
    for (let second = 0; second < 1_800; second++) {
      if (second % 100 === 0) say(`${second}`);
      await settled();
      for (const { begin, breakOff } of streams) if (clock.now() - begin >= 30_000) breakOff(new Error('closed'));
      await settled();
      clock.advance(1_000);
    }
    expect(confirmed).toBeGreaterThanOrEqual(17);
    // Twice at the beginning; then a longer time is tried only now and then.
    expect(written.length - new Set(written).size).toBeLessThanOrEqual(4);
    expect(streams.length).toBeLessThan(30);
  });

  it('lets streams be a minute old after those that were given up', async () => {
    const ages: number[] = [];
    connect(() => {
      const { promise: broken, reject } = Promise.withResolvers<never>();
      broken.catch(() => undefined);
      const begin = clock.now();
      const close = async (): Promise<void> => void ages.push(clock.now() - begin);
      return { ...STREAM, broken, destroy: () => reject(new Error('given up')), close };
    });
    for (let time = 0; time < 2; time++) {
      say('hello');
      await settled();
      clock.advance(20_000);
      sender.forget();
      await settled();
    }
    say('hello');
    for (let passed = 0; passed < 120; passed++) {
      await settled();
      clock.advance(1_000);
    }
    expect(ages).toEqual([60_000]);
    expect(results).toEqual([]);
  });

  it('lets streams be a minute old whose end is not confirmed', async () => {
    const ages: number[] = [];
    connect(() => {
      const begin = clock.now();
      const close = async (): Promise<void> => {
        ages.push(clock.now() - begin);
        throw new Error('busy');
      };
      return { ...STREAM, close };
    });
    say('hello');
    for (let passed = 0; passed < 3_600; passed += 5) {
      await settled();
      clock.advance(5_000);
    }
    await settled();
    expect(ages.length).toBeGreaterThan(5);
    // The others are short, to learn soon whether the server takes messages again.
    expect(new Set(ages)).toEqual(new Set([60_000, 5_000]));
    expect(ages.indexOf(5_000)).toBe(1);
  });
});

import { ALL_APPS, NO_APPS, type AppSet } from '@device-supervisor/compose';
import { setImmediate } from 'node:timers/promises';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import type { TargetState } from '@device-supervisor/state';
import {
  CLOUD_FAULTS,
  startCloudStub,
  waitFor,
  type CloudFault,
  type CloudStub,
  type StubDevice,
} from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CloudRefusedError, DeviceUnknownError } from '../errors.ts';
import { createCloudHttp } from '../http/cloud-http.ts';
import { startTargetPoller, type PollResult, type TargetPoller } from './target-poller.ts';

const INTERVAL = 900_000;
/** The shortest interval of requests while the cloud fails, in milliseconds. */
const SHORTEST_PAUSE = 15_000;

let stack: AsyncDisposableStack;
let stub: CloudStub;
let device: StubDevice;
let clock: FakeClock;
let polls: PollResult[];
/** Polls that have begun, by their times. */
let asked: number[];
/** Milliseconds. */
let timeout: number;
let targets: { readonly name: string | undefined; readonly force: AppSet }[];

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  stub = stack.use(await startCloudStub());
  device = stub.createDevice(stub.createFleet());
  clock = createFakeClock();
  polls = [];
  asked = [];
  timeout = 30_000;
  targets = [];
});
afterEach(() => stack.disposeAsync());

interface PollerOptions {
  readonly random?: () => number;
  readonly onTarget?: (target: TargetState) => Promise<void>;
}

function start({ random = () => 0, onTarget }: PollerOptions = {}): TargetPoller {
  const http = stack.use(createCloudHttp({ endpoint: stub.endpoint, userAgent: 'test', timeout: () => timeout }));
  const { uuid, key } = device;
  return stack.use(
    startTargetPoller({
      http: {
        request(request) {
          asked.push(clock.now());
          return http.request(request);
        },
        [Symbol.dispose]: () => undefined,
      },
      uuid,
      key,
      clock,
      random,
      interval: () => INTERVAL,
      async onTarget(target, { force }) {
        await onTarget?.(target);
        targets.push({ name: target.name, force });
      },
      onPoll: (result) => void polls.push(result),
    }),
  );
}

/** Waits for the result of so many polls in all, and for the pause after it. */
async function polled(count: number): Promise<void> {
  await waitFor(`${count} polls`, () => polls.length >= count);
  await setImmediate();
  expect(polls.length).toBe(count);
}

/** Lets time pass until the next poll has its result. @returns how long it was */
async function nextPoll(): Promise<number> {
  const [before, count, begun] = [clock.now(), polls.length, asked.length];
  while (asked.length === begun) {
    expect(clock.advanceToNext()).toBe(true);
    await setImmediate();
  }
  const passed = clock.now() - before;
  await polled(count + 1);
  return passed;
}

describe('polls', () => {
  it('tell of a target once, then ask whether it changed', async () => {
    start();
    await polled(1);
    expect(await nextPoll()).toBe(INTERVAL);
    stub.change(device, () => (device.name = 'other'));
    await nextPoll();
    expect(targets.map(({ name }) => name)).toEqual([expect.stringMatching(/^device-/), 'other']);
    expect(polls.every(({ status }) => status === 'ok')).toBe(true);
  });

  it('are spread by up to a minute', async () => {
    start({ random: () => 1 });
    await polled(1);
    expect(await nextPoll()).toBe(INTERVAL + 60_000);
  });

  it('are made at once for who asks, however often at once', async () => {
    const poller = start();
    await polled(1);
    for (let time = 0; time < 100; time++) poller.pollNow({ force: NO_APPS });
    await polled(2);
    expect(stub.count('poll')).toBe(2);
  });

  it('are made once more for who asks while one is under way', async () => {
    const poller = start();
    for (let time = 0; time < 100; time++) poller.pollNow({ force: NO_APPS });
    await polled(2);
    expect(stub.count('poll')).toBe(2);
  });

  it('give the target again to who forces it, also when the first attempt failed', async () => {
    const poller = start();
    await polled(1);
    stub.breakWith('poll', { kind: 'status', status: 503 });
    poller.pollNow({ force: ALL_APPS });
    await polled(2);
    stub.heal();
    await nextPoll();
    expect(targets.map(({ force }) => force)).toEqual([NO_APPS, ALL_APPS]);
  });

  it('repeat a target that could not be taken', async () => {
    let isFull = true;
    start({
      onTarget: async () => {
        if (isFull) throw new Error('the disk is full');
      },
    });
    await polled(1);
    isFull = false;
    await nextPoll();
    expect(polls.map(({ status }) => status)).toEqual(['failed', 'ok']);
    expect(targets).toHaveLength(1);
  });

  it('give a target that could not be taken again to who forces it', async () => {
    let isFull = false;
    const poller = start({
      onTarget: async () => {
        if (isFull) throw new Error('the disk is full');
      },
    });
    await polled(1);
    isFull = true;
    poller.pollNow({ force: ALL_APPS });
    await polled(2);
    isFull = false;
    await nextPoll();
    expect(targets.map(({ force }) => force)).toEqual([NO_APPS, ALL_APPS]);
  });

  it('tell of a target that is not valid once, and take the next one', async () => {
    device.target = { [device.uuid]: { name: 5 } };
    start();
    await polled(1);
    await nextPoll();
    device.target = undefined;
    await nextPoll();
    expect(polls.map(({ status }) => status)).toEqual(['failed', 'ok', 'ok']);
    expect(targets).toHaveLength(1);
  });

  it('force the first target that is valid, when the one that was there is not', async () => {
    device.target = { [device.uuid]: { name: 5 } };
    const poller = start();
    await polled(1);
    poller.pollNow({ force: ALL_APPS });
    await nextPoll();
    await nextPoll();
    device.target = undefined;
    await nextPoll();
    await nextPoll();
    // An invalid target is fetched and reported once.
    expect(polls.map(({ status }) => status)).toEqual(['failed', 'ok', 'ok', 'ok', 'ok']);
    expect(targets.map(({ force }) => force)).toEqual([ALL_APPS]);
  });

  it('do not take the silence about a device that was deleted for an unchanged target', async () => {
    start();
    await polled(1);
    stub.deleteDevice(device);
    await nextPoll();
    expect(polls[1]).toMatchObject({ status: 'failed', error: expect.any(DeviceUnknownError) });
    expect(targets).toHaveLength(1);
  });

  it('say that a key is not valid any more', async () => {
    device.key = 'unknown to the cloud';
    start();
    await polled(1);
    expect(polls[0]).toMatchObject({ error: expect.any(CloudRefusedError) });
    expect(polls[0]).toMatchObject({ error: { details: { status: 401 }, hint: expect.stringContaining('again') } });
  });

  it('end when the poller is disposed of, also in the middle of one', async () => {
    stub.breakWith('poll', { kind: 'hang' });
    const poller = start();
    await waitFor('the poll to be under way', () => stub.open === 1);
    await poller[Symbol.asyncDispose]();
    expect(polls).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('a cloud that', () => {
  const FAULTS: readonly (readonly [string, CloudFault])[] = [
    ...CLOUD_FAULTS,
    ['answers with 404', { kind: 'status', status: 404 }],
    ['sends a bomb', { kind: 'long', bytes: 17 * 1024 * 1024, compressed: true }],
  ];

  it.each(FAULTS)('%s is asked less and less often, and found when it is well', async (_, fault) => {
    start();
    await polled(1);
    stub.breakWith('poll', fault);
    if (fault.kind === 'hang' || fault.kind === 'drip') timeout = 100;
    await nextPoll();
    const pauses = [];
    for (let attempt = 0; attempt < 8; attempt++) pauses.push(await nextPoll());
    expect(pauses).toEqual([15_000, 30_000, 60_000, 120_000, 240_000, 480_000, INTERVAL, INTERVAL]);
    // The first is sent again if the connection was kept from before.
    const repeated = fault.kind === 'reset' ? 1 : 0;
    expect([polls.length, polls.length + repeated]).toContain(stub.count('poll'));
    stub.heal();
    timeout = 30_000;
    stub.change(device, () => (device.name = 'well again'));
    await nextPoll();
    expect(targets.at(-1)).toMatchObject({ name: 'well again' });
    expect(await nextPoll()).toBe(INTERVAL);
    expect(await nextPoll()).toBe(INTERVAL);
  });

  it.each([
    ['30', 30_000],
    ['3600', 3_600_000],
    ['1', SHORTEST_PAUSE],
    ['soon', SHORTEST_PAUSE],
    ['99999999999', 86_400_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
  ])('answers with 429 and Retry-After: %s is asked again in %d ms', async (retryAfter, pause) => {
    stub.breakWith('poll', { kind: 'status', status: 429, retryAfter });
    start();
    await polled(1);
    expect(await nextPoll()).toBe(pause);
  });

  it('has failed is asked every 15 seconds at most, however often a poll is requested', async () => {
    stub.breakWith('poll', { kind: 'status', status: 503, retryAfter: '3600' });
    const poller = start();
    await polled(1);
    const pauses = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      for (let time = 0; time < 10; time++) poller.pollNow({ force: NO_APPS });
      pauses.push(await nextPoll());
    }
    expect(pauses).toEqual([SHORTEST_PAUSE, SHORTEST_PAUSE, SHORTEST_PAUSE, SHORTEST_PAUSE]);
    // Without further requests the delay that it asked for is kept.
    expect(await nextPoll()).toBe(3_600_000);
  });

  it('has another time is asked as always', async () => {
    stub.breakWith('poll', { kind: 'clock-skew', by: -20 * 365 * 86_400_000 });
    start();
    await polled(1);
    expect(polls).toEqual([{ status: 'ok', nextIn: INTERVAL }]);
    expect(await nextPoll()).toBe(INTERVAL);
  });

  it('is away is asked again when it may be back', async () => {
    start();
    await polled(1);
    await stub.goAway();
    await nextPoll();
    expect(await nextPoll()).toBe(15_000);
    await stub.comeBack();
    expect(await nextPoll()).toBe(30_000);
    expect(polls.at(-1)).toMatchObject({ status: 'ok' });
  });
});

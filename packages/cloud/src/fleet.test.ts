import { setImmediate } from 'node:timers/promises';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { startCloudStub, type CloudStub } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pass, POLL_INTERVAL, startTestDevice, type TestDevice } from './testing/test-device.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DEVICES = 30;
/** A poll is followed by a pause of the poll interval and up to a minute more. */
const SHORTEST_CYCLE = POLL_INTERVAL;
const LONGEST_CYCLE = POLL_INTERVAL + MINUTE;

let stack: AsyncDisposableStack;
let stub: CloudStub;
let clock: FakeClock;
let devices: TestDevice[];

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  stub = stack.use(await startCloudStub());
  clock = createFakeClock();
  const fleet = stub.createFleet();
  devices = Array.from({ length: DEVICES }, (_, index) =>
    stack.use(
      startTestDevice({
        endpoint: stub.endpoint,
        fleet,
        clock,
        uuid: String(index).padStart(32, '0'),
        random: sequence(index),
      }),
    ),
  );
});
afterEach(() => stack.disposeAsync());

/** Numbers from 0 to 1 that look like chance, and are the same in each run. */
function sequence(seed: number): () => number {
  let state = (seed + 1) * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function wait(milliseconds: number): Promise<void> {
  await pass(milliseconds, { clock, devices });
}

/** When each device polled since a moment. */
function polls(since: number): number[][] {
  return devices.map(({ requests, uuid }) =>
    requests.filter(({ path, at }) => at >= since && path === `/device/v3/${uuid}/state`).map(({ at }) => at),
  );
}

/** Of all devices, in the minute in which there were most. */
function busiestMinute(times: readonly number[]): number {
  const perMinute = Map.groupBy(times, (at) => Math.floor(at / MINUTE));
  return Math.max(...[...perMinute.values()].map(({ length }) => length));
}

// Every request is a real one, and a busy machine takes its time for thousands of them.
describe('a fleet', () => {
  it('that was switched on together polls and reports no more than it is to, and less and less at once', async () => {
    await wait(MINUTE);
    const settled = clock.now();
    await wait(4 * HOUR);
    for (const times of polls(settled)) {
      expect(times.length).toBeGreaterThanOrEqual(Math.floor((4 * HOUR) / LONGEST_CYCLE));
      expect(times.length).toBeLessThanOrEqual(Math.ceil((4 * HOUR) / SHORTEST_CYCLE));
    }
    // Nothing changed, so nothing is reported.
    expect(devices.map(({ uuid }) => stub.device(uuid)?.reports.length)).toEqual(devices.map(() => 1));
    // A few minutes' worth of jitter after four hours: 120 polls an hour come in no single minute.
    expect(busiestMinute(polls(settled + 3 * HOUR).flat())).toBeLessThanOrEqual(DEVICES / 2);
  });

  it('that lost its cloud together does not come back together', async () => {
    await wait(MINUTE);
    await stub.goAway();
    await wait(2 * HOUR);
    const back = clock.now();
    await stub.comeBack();
    await wait(2 * LONGEST_CYCLE);
    const first = polls(back).map(([at = Infinity]) => at - back);
    expect(Math.max(...first)).toBeLessThanOrEqual(1.25 * POLL_INTERVAL);
    expect(busiestMinute(first)).toBeLessThanOrEqual(DEVICES / 3);
  });

  it('that is asked to update at once, repeatedly, polls once or twice each time', async () => {
    await wait(MINUTE);
    const before = clock.now();
    for (const { cloud } of devices) for (let call = 0; call < 20; call++) cloud.lookForTarget({ force: false });
    await wait(MINUTE);
    for (const times of polls(before)) expect(times.length).toBeLessThanOrEqual(2);
  });

  it('never asks a second time before it has an answer', async () => {
    await wait(MINUTE);
    // Turns in which requests are under way.
    for (let turn = 0; turn < 20; turn++) {
      for (const { cloud } of devices) cloud.lookForTarget({ force: turn % 2 === 0 });
      await setImmediate();
    }
    await wait(2 * LONGEST_CYCLE);
    expect(devices.map(({ mostPollsAtOnce }) => mostPollsAtOnce)).toEqual(devices.map(() => 1));
  });
});

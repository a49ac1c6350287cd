import { ALL_APPS, onlyApps } from '@device-supervisor/compose';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import {
  CLOUD_FAULTS,
  requestKind,
  startCloudStub,
  type CloudFault,
  type CloudStub,
  type RequestKind,
  type StubDevice,
} from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  pass,
  POLL_INTERVAL,
  REGISTRATION_RETRY_DELAY,
  startTestDevice,
  type TestDevice,
  type TestDeviceOptions,
} from './testing/test-device.ts';

const HOUR = 3_600_000;

let stack: AsyncDisposableStack;
let stub: CloudStub;
let clock: FakeClock;
let device: TestDevice;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  stub = stack.use(await startCloudStub());
  clock = createFakeClock();
});
afterEach(() => stack.disposeAsync());

function start({ fleet = stub.createFleet(), ...options }: Partial<TestDeviceOptions> = {}): void {
  device = stack.use(startTestDevice({ endpoint: stub.endpoint, fleet, clock, ...options }));
}

/** The cloud's copy of it. */
function inCloud(): StubDevice | null {
  return stub.device(device.uuid);
}

async function wait(milliseconds: number, atEach?: () => void): Promise<void> {
  await pass(milliseconds, { clock, devices: [device] }, atEach);
}

/** Requests of this kind fail from now on. */
function breakWith(kind: RequestKind, fault: CloudFault): void {
  stub.breakWith(kind, fault);
  if (fault.kind !== 'hang' && fault.kind !== 'drip') return;
  const before = device.hangs;
  device.hangs = (request) => before(request) || requestKind(request.method, request.path) === kind;
}

function heal(): void {
  stub.heal();
  device.hangs = () => false;
}

/** How many requests of a kind the device has begun; on a busy machine not all of them reach the cloud in their time. */
function begun(kind: RequestKind): number {
  return device.requests.filter(({ method, path }) => requestKind(method, path) === kind).length;
}

/** Of one attempt: where a kept connection breaks off, a new one is tried. */
function requestsOf({ kind }: CloudFault): number {
  return kind === 'reset' ? 2 : 1;
}

describe('a cloud that', () => {
  it.each(CLOUD_FAULTS)(
    '%s is not flooded with registrations, and has the device when it is well',
    async (_, fault) => {
      start();
      breakWith('register', fault);
      await wait(10 * REGISTRATION_RETRY_DELAY);
      expect(begun('register')).toBeGreaterThanOrEqual(9);
      expect(stub.count()).toBeLessThanOrEqual(11);
      heal();
      await wait(60_000);
      expect(inCloud()?.reports).toEqual([{ status: 'Idle' }]);
      expect(device.targets).toHaveLength(1);
    },
  );

  it.each(CLOUD_FAULTS)('%s is not flooded with reports, and told the last one when it is well', async (_, fault) => {
    start();
    await wait(60_000);
    breakWith('report', fault);
    const before = stub.count('report');
    let changes = 0;
    await wait(HOUR, () => device.report({ status: `change ${++changes}` }));
    expect(stub.count('report') - before).toBeLessThanOrEqual(12 * requestsOf(fault));
    heal();
    device.report({ status: 'last' });
    await wait(1.25 * POLL_INTERVAL);
    expect(inCloud()?.reported.get('status')).toBe('last');
    // A device that cannot report polls as always.
    expect(stub.count('poll')).toBeGreaterThanOrEqual(4);
  });

  it.each(CLOUD_FAULTS)(
    '%s is not flooded with tags and introductions, and has them when it is well',
    async (_, fault) => {
      start();
      breakWith('tags-change', fault);
      breakWith('device-change', fault);
      await wait(60_000);
      await device.cloud.tags.set({ rack: '7' });
      await wait(HOUR);
      expect(stub.count('tags-change')).toBeLessThanOrEqual(12 * requestsOf(fault));
      expect(stub.count('device-change')).toBeLessThanOrEqual(12 * requestsOf(fault));
      // Neither keeps the device from its target.
      expect(device.targets).toHaveLength(1);
      heal();
      await wait(2 * POLL_INTERVAL);
      expect([...(inCloud()?.tags.values() ?? [])]).toMatchObject([{ key: 'rack', value: '7' }]);
      expect(device.keptTags).toBeNull();
      expect(inCloud()?.name).toBe('kitchen');
    },
  );

  it.each(CLOUD_FAULTS)('%s is not flooded with configuration, and has it when it is well', async (_, fault) => {
    start({ undeclaredConfig: { HOST_CONFIG_hdmi_mode: '1' } });
    breakWith('config-variable', fault);
    await wait(HOUR);
    expect(begun('config-variable')).toBeGreaterThanOrEqual(3);
    expect(stub.count('config-variable')).toBeLessThanOrEqual(12);
    expect(device.targets).toHaveLength(1);
    heal();
    await wait(1.25 * POLL_INTERVAL);
    expect(Object.fromEntries(inCloud()?.config ?? [])).toEqual({ BALENA_HOST_CONFIG_hdmi_mode: '1' });
    expect(device.said.join()).not.toContain(`key of ${device.uuid}`);
  });

  it.each(CLOUD_FAULTS)('%s is not flooded with exchanges of keys, and takes one when it is well', async (_, fault) => {
    stub = stack.use(await startCloudStub({ exchangesKeys: true }));
    const fleet = stub.createFleet();
    start({ fleet });
    const known = stub.createDevice(fleet, { uuid: device.uuid, key: 'lost-key' });
    breakWith('key-exchange', fault);
    await wait(10 * REGISTRATION_RETRY_DELAY);
    expect(begun('key-exchange')).toBeGreaterThanOrEqual(9);
    expect(stub.count('key-exchange')).toBeLessThanOrEqual(11);
    expect(known.key).toBe('lost-key');
    heal();
    await wait(60_000);
    expect(known.key).toBe(`key of ${device.uuid}`);
    expect(known.reports).toEqual([{ status: 'Idle' }]);
    expect(device.said.join()).not.toMatch(/lost-key|key of/);
  });
});

describe('a day offline', () => {
  it('costs an attempt now and then, and ends with one report', async () => {
    start();
    await wait(60_000);
    await stub.goAway();
    const [asked, timers] = [stub.count(), clock.pending];
    let changes = 0;
    await wait(24 * HOUR, () => device.report({ status: `change ${++changes}` }));
    expect(stub.count()).toBe(asked);
    expect(clock.pending).toBeLessThanOrEqual(timers);
    // Told once each: that it does not work.
    expect(device.said).toHaveLength(2);

    await stub.comeBack();
    const reports = inCloud()?.reports.length ?? 0;
    await wait(1.25 * POLL_INTERVAL);
    expect(inCloud()?.reports.slice(reports)).toEqual([{ status: `change ${changes}` }]);
    expect(device.said).toHaveLength(4);
  });
});

describe('a device', () => {
  it('that is to be updated by force before it is registered, is when it is', async () => {
    start();
    breakWith('register', { kind: 'status', status: 503 });
    device.cloud.lookForTarget({ force: false });
    device.cloud.lookForTarget({ force: true });
    device.cloud.lookForTarget({ force: false });
    await wait(60_000);
    heal();
    await wait(60_000);
    expect(device.targets).toEqual([{ force: ALL_APPS }]);
  });

  it('that is to be updated by force for some apps is so for these alone', async () => {
    start();
    breakWith('register', { kind: 'status', status: 503 });
    for (const appId of [7, 8]) device.cloud.lookForTarget({ force: true, appId });
    device.cloud.lookForTarget({ force: false, appId: 9 });
    await wait(60_000);
    heal();
    await wait(60_000);
    expect(device.targets).toEqual([{ force: onlyApps([7, 8]) }]);
  });

  it('tells of each poll and report how it ended', async () => {
    start();
    await wait(1000);
    expect(device.results.toSorted((a, b) => a.kind.localeCompare(b.kind))).toEqual([
      { kind: 'poll', ok: true, nextIn: POLL_INTERVAL + 30_000 },
      { kind: 'report', ok: true, nextIn: null },
    ]);
    await stub.goAway();
    device.report({ status: 'Changed' });
    await wait(60_000);
    expect(device.results.slice(2)).toContainEqual({ kind: 'report', ok: false, nextIn: 16_875 });
  });
});

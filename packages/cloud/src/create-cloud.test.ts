import { setImmediate } from 'node:timers/promises';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import type { DeviceReport } from '@device-supervisor/state';
import { startCloudStub, type CloudFault, type CloudStub, type Fleet } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCloud, type CloudTags } from './create-cloud.ts';
import { createCloudHttp, type CloudHttp } from './http/cloud-http.ts';
import type { Identity } from './provisioning/identity.ts';

const UUID = 'a'.repeat(32);
const HOUR = 3_600_000;
const INTERVAL = 900_000;

let stack: AsyncDisposableStack;
let stub: CloudStub;
let fleet: Fleet;
let clock: FakeClock;
let underWay: number;
let timeout: number;
let targets: number;
let said: string[];
let report: DeviceReport;
let isNew: boolean;
let keptTags: string | null;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  stub = stack.use(await startCloudStub());
  fleet = stub.createFleet();
  clock = createFakeClock();
  [underWay, timeout, targets, said, report] = [0, 30_000, 0, [], { status: 'Idle' }];
  [isNew, keptTags] = [false, null];
});
afterEach(() => stack.disposeAsync());

/** A device's side of its cloud; what it asks is counted, so that a test knows when nothing is under way. */
function start(): { changed(): void; readonly tags: CloudTags } {
  const client = stack.use(createCloudHttp({ endpoint: stub.endpoint, userAgent: 'test', timeout: () => timeout }));
  const http: CloudHttp = {
    async request(request) {
      underWay++;
      try {
        return await client.request(request);
      } finally {
        underWay--;
      }
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
  let current: Identity = {
    uuid: UUID,
    deviceApiKey: 'own-key',
    provisioningKey: fleet.provisioningKey,
    applicationId: fleet.id,
    deviceId: null,
    isRegistered: false,
  };
  const cloud = stack.use(
    createCloud({
      http,
      identity: {
        read: async () => current,
        async register({ deviceId, deviceApiKey }) {
          current = { ...current, deviceId, deviceApiKey, isRegistered: true, provisioningKey: null };
        },
        renew: async () => current,
      },
      introduction: {
        name: 'kitchen',
        pinnedRelease: null,
        undeclaredConfig: async () => ({}),
        say: (message) => void said.push(message),
      },
      introductionMemory: { isPending: () => isNew, setPending: (pending) => void (isNew = pending) },
      tagMemory: {
        load: () => keptTags,
        save: (text) => void (keptTags = text),
        clear: () => void (keptTags = null),
      },
      describe: async () => ({
        deviceType: 'generic-amd64',
        supervisorVersion: '1.0.0',
        osVersion: '',
        osVariant: '',
        macAddress: '',
      }),
      clock,
      random: () => 0.5,
      settings: () => ({ pollInterval: INTERVAL, instantUpdateTrigger: true }),
      registrationRetryDelay: 30_000,
      composeReport: async () => report,
      reportMemory: { load: async () => null, save: async () => undefined },
      onTarget: async () => void targets++,
      onRegistered: () => undefined,
      say: (message) => void said.push(message),
    }),
  );
  return { changed: () => cloud.reportChange(), tags: cloud.tags };
}

/** Until nothing is under way, and what came of it has been dealt with. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 20; turns = underWay > 0 ? 0 : turns + 1) await setImmediate();
}

/** Lets so many milliseconds pass, from timer to timer. */
async function pass(milliseconds: number, atEach: () => void = () => undefined): Promise<void> {
  const end = clock.now() + milliseconds;
  using _end = clock.schedule(milliseconds, () => undefined);
  await quiet();
  while (clock.now() < end && clock.advanceToNext()) {
    atEach();
    await quiet();
  }
}

const FAULTS: readonly (readonly [string, CloudFault])[] = [
  ['answers with 500', { kind: 'status', status: 500 }],
  ['answers with 429', { kind: 'status', status: 429, retryAfter: '1' }],
  ['hangs', { kind: 'hang' }],
  ['drips', { kind: 'drip' }],
  ['resets connections', { kind: 'reset' }],
  ['breaks off its answers', { kind: 'reset', afterHeaders: true }],
  ['answers with garbage', { kind: 'garbage' }],
  ['speaks no HTTP', { kind: 'no-http' }],
];

describe('a cloud that', () => {
  it.each(FAULTS)('%s is not flooded with registrations, and has the device when it is well', async (_, fault) => {
    stub.breakWith('register', fault);
    if (fault.kind === 'hang' || fault.kind === 'drip') timeout = 100;
    start();
    await pass(10 * 30_000);
    expect(stub.count()).toBeGreaterThanOrEqual(9);
    expect(stub.count()).toBeLessThanOrEqual(11);
    stub.heal();
    timeout = 30_000;
    await pass(60_000);
    expect(stub.device(UUID)?.reports).toEqual([{ status: 'Idle' }]);
    expect(targets).toBe(1);
  });

  it.each(FAULTS)('%s is not flooded with reports, and told the last one when it is well', async (_, fault) => {
    const { changed } = start();
    await pass(60_000);
    stub.breakWith('report', fault);
    if (fault.kind === 'hang' || fault.kind === 'drip') timeout = 100;
    const before = stub.count('report');
    let changes = 0;
    await pass(HOUR, () => {
      report = { status: `change ${++changes}` };
      changed();
    });
    expect(stub.count('report') - before).toBeLessThanOrEqual(12);
    stub.heal();
    timeout = 30_000;
    report = { status: 'last' };
    changed();
    await pass(1.25 * INTERVAL);
    expect(stub.device(UUID)?.reported.get('status')).toBe('last');
    // A device that cannot report polls as always.
    expect(stub.count('poll')).toBeGreaterThanOrEqual(4);
  });
});

describe('a cloud that', () => {
  it.each(FAULTS)('%s is not flooded with tags and introductions, and has them when it is well', async (_, fault) => {
    isNew = true;
    stub.breakWith('tags-change', fault);
    stub.breakWith('device-change', fault);
    if (fault.kind === 'hang' || fault.kind === 'drip') timeout = 100;
    const { tags } = start();
    await pass(60_000);
    await tags.set({ rack: '7' });
    await pass(HOUR);
    expect(stub.count('tags-change')).toBeLessThanOrEqual(12);
    expect(stub.count('device-change')).toBeLessThanOrEqual(2 * (HOUR / 30_000));
    // Neither keeps the device from its target.
    expect(targets).toBe(1);
    stub.heal();
    timeout = 30_000;
    await pass(2 * INTERVAL);
    expect([...(stub.device(UUID)?.tags.values() ?? [])]).toMatchObject([{ key: 'rack', value: '7' }]);
    expect(keptTags).toBeNull();
    expect(stub.device(UUID)?.name).toBe('kitchen');
  });
});

describe('a day offline', () => {
  it('costs an attempt now and then, and ends with one report', async () => {
    const { changed } = start();
    await pass(60_000);
    const device = stub.device(UUID);
    await stub.goAway();
    const [asked, timers] = [stub.count(), clock.pending];
    let changes = 0;
    await pass(24 * HOUR, () => {
      report = { status: `change ${++changes}` };
      changed();
    });
    expect(stub.count()).toBe(asked);
    expect(clock.pending).toBeLessThanOrEqual(timers);
    // Told once each: that it does not work.
    expect(said).toHaveLength(2);

    await stub.comeBack();
    const reports = device?.reports.length ?? 0;
    await pass(1.25 * INTERVAL);
    expect(device?.reports.slice(reports)).toEqual([{ status: `change ${changes}` }]);
    expect(said).toHaveLength(4);
  });
});

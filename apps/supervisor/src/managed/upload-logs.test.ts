import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { lookupLocalNames, type Identity } from '@device-supervisor/cloud';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { createFakeLogSource, type FakeLogSource } from '@device-supervisor/logs/testing';
import {
  CLOUD_FAULTS,
  startCloudStub,
  type CloudFault,
  type CloudStub,
  type StubDevice,
} from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudAccess } from './cloud-access.ts';
import { uploadLogs, type LogUpload } from './upload-logs.ts';

const WEB = { id: 'w1', name: 'web_1', appId: 1, serviceId: 11, serviceName: 'web', level: 'all' } as const;
const HOUR = 3_600_000;

let stack: AsyncDisposableStack;
let clock: FakeClock;
let source: FakeLogSource;
let said: string[];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logs-'));
  stack = new AsyncDisposableStack();
  clock = createFakeClock();
  source = createFakeLogSource(clock);
  said = [];
});
afterEach(async () => {
  await stack.disposeAsync();
  rmSync(directory, { recursive: true });
});

interface Uploading {
  readonly stub: CloudStub;
  readonly device: StubDevice;
  readonly upload: LogUpload;
}

/** A device that sends its logs to a cloud. */
async function start(options: { tls?: object; fault?: CloudFault } = {}): Promise<Uploading> {
  const stub = stack.use(await startCloudStub(options));
  const device = stub.createDevice(stub.createFleet());
  if (options.fault !== undefined) stub.breakWith('log-stream', options.fault);
  const access: CloudAccess = { userAgent: 'Supervisor/1', lookup: lookupLocalNames };
  const upload = stack.use(
    uploadLogs({
      endpoint: stub.endpoint,
      access,
      source,
      device: { localMode: false, subscribe: () => ({ [Symbol.dispose]: () => undefined }) },
      isWanted: () => true,
      memory: { get: () => null, set: () => undefined },
      quickMemoryPath: join(directory, 'positions.json'),
      clock,
      print: (message) => void said.push(message),
    }),
  );
  // Stopping in the middle does not wait for a server.
  stack.defer(() => stub.goAway());
  upload.uploader.watch([WEB]);
  upload.connect(identityOf(device));
  return { stub, device, upload };
}

function identityOf({ uuid, key, id }: StubDevice): Identity {
  return {
    uuid,
    deviceApiKey: key,
    provisioningKey: null,
    applicationId: 1,
    deviceId: id,
    isRegistered: true,
  };
}

/** Lets time pass, while servers answer as fast as they can. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 500) {
    clock.advance(500);
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  }
}

/** Lets time pass so slowly that the cloud, which is real, has the time to answer. */
async function passUntil(stub: CloudStub, isReached: () => boolean): Promise<void> {
  while (!isReached()) {
    clock.advance(stub.open > 0 ? 50 : 500);
    for (let turn = 0; turn < 50; turn++) await setImmediate();
  }
}

/** Numbers of the lines that arrived, without those that came twice. */
function numbers({ logs }: StubDevice): number[] {
  return [...new Set(logs.flatMap(({ message }) => /^line (\d+)$/.exec(message)?.[1] ?? []).map(Number))];
}

const FAULTS: readonly (readonly [string, CloudFault])[] = [
  ...CLOUD_FAULTS,
  ['wants to be left alone', { kind: 'status', status: 503, retryAfter: '600' }],
  ['does not know the key', { kind: 'status', status: 401 }],
];

describe('a cloud that', () => {
  it.each(FAULTS)(
    '%s is not flooded with logs, and has all lines in order when it is well',
    async (_, fault) => {
      const { stub, device } = await start({ fault });
      for (let number = 0; number < 60; number++) {
        source.write('w1', `line ${number}`);
        await pass(HOUR / 60);
      }
      expect(stub.count('log-stream')).toBeGreaterThanOrEqual(2);
      expect(stub.count('log-stream')).toBeLessThanOrEqual(20);
      expect(numbers(device)).toEqual([]);
      expect(said).toHaveLength(1);
      stub.heal();
      await passUntil(stub, () => numbers(device).length === 60);
      expect(numbers(device)).toEqual(Array.from({ length: 60 }, (_each, index) => index));
      expect(said).toEqual([
        expect.stringMatching(
          /^Failed to send logs to the cloud: .*; trying again in \d+ s, from the last message on$/,
        ),
        'The cloud takes logs again',
      ]);
      expect(said.join()).not.toContain(device.key);
      expect(said.join()).not.toContain(device.uuid);
    },
    60_000,
  );
});

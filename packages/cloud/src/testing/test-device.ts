import type { AppSet } from '@device-supervisor/compose';
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { FakeClock } from '@device-supervisor/device/testing';
import type { DeviceReport } from '@device-supervisor/state';
import { createCloud, type Cloud, type CloudRequestResult } from '../create-cloud.ts';
import { createCloudHttp } from '../http/cloud-http.ts';
import type { IntroductionReason } from '../introduction/introduce-device.ts';
import type { Identity } from '../provisioning/identity.ts';

export interface TestDeviceOptions {
  readonly endpoint: string;
  /** For the registration. */
  readonly fleet: { readonly id: number; readonly provisioningKey: string };
  readonly clock: FakeClock;
  readonly uuid?: string;
  /** Configuration that the cloud does not declare. */
  readonly undeclaredConfig?: Readonly<Record<string, string>>;
  /** A number from 0 to 1. Default: one half. */
  readonly random?: () => number;
}

/** A device's side of its cloud, which a test tells what to report and asks what came of it. */
export interface TestDevice extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly uuid: string;
  readonly said: readonly string[];
  /** Targets that came so far. */
  readonly targets: readonly { readonly force: AppSet }[];
  /** Of polls and reports, in order. */
  readonly results: readonly CloudRequestResult[];
  /** The times of its requests so far, in milliseconds of its clock. */
  readonly requests: readonly TestRequest[];
  /** Requests that have no answer yet. */
  readonly underWay: number;
  /** The most polls that had no answer at one time. */
  readonly mostPollsAtOnce: number;
  /** Tags that are not reported yet. */
  readonly keptTags: string | null;
  /** Whether the cloud lets a request hang: its time is short then, so that a test need not sit it out. */
  hangs: (request: TestRequest) => boolean;
  /** This is what it reports from now on. */
  report(report: DeviceReport): void;
}

export interface TestRequest {
  readonly method: string;
  readonly path: string;
  readonly at: number;
}

/** Milliseconds that a request may take. */
const TIMEOUT = { usual: 30_000, hanging: 100 } as const;

export const POLL_INTERVAL = 900_000;
export const REGISTRATION_RETRY_DELAY = 30_000;

/** Registers, asks for its target and reports, from the start. */
export function startTestDevice({
  endpoint,
  fleet,
  clock,
  uuid = 'a'.repeat(32),
  undeclaredConfig = {},
  random = () => 0.5,
}: TestDeviceOptions): TestDevice {
  const said: string[] = [];
  const requests: TestRequest[] = [];
  const targets: { readonly force: AppSet }[] = [];
  const results: CloudRequestResult[] = [];
  let underWay = 0;
  let timeout: number = TIMEOUT.usual;
  let hangs: TestDevice['hangs'] = () => false;
  let reason: IntroductionReason | null = null;
  let [pollsUnderWay, mostPollsAtOnce] = [0, 0];
  let keptTags: string | null = null;
  let report: DeviceReport = { status: 'Idle' };
  const client = createCloudHttp({ endpoint, userAgent: 'test', timeout: () => timeout });
  let current: Identity = {
    uuid,
    deviceApiKey: `key of ${uuid}`,
    provisioningKey: fleet.provisioningKey,
    applicationId: fleet.id,
    deviceId: null,
    isRegistered: false,
  };
  const cloud = createCloud({
    http: {
      async request(request) {
        const { method, path } = request;
        const record = { method, path, at: clock.now() };
        requests.push(record);
        const isPoll = method === 'GET' && path === `/device/v3/${uuid}/state`;
        timeout = hangs(record) ? TIMEOUT.hanging : TIMEOUT.usual;
        underWay++;
        if (isPoll) mostPollsAtOnce = Math.max(mostPollsAtOnce, ++pollsUnderWay);
        try {
          return await client.request(request);
        } finally {
          underWay--;
          if (isPoll) pollsUnderWay--;
        }
      },
      [Symbol.dispose]: () => client[Symbol.dispose](),
    },
    identity: {
      read: async () => current,
      async register({ deviceId, deviceApiKey }) {
        current = { ...current, deviceId, deviceApiKey, isRegistered: true, provisioningKey: null };
      },
      renew: async () => (current = { ...current, uuid: randomUUID().replaceAll('-', '') }),
    },
    introduction: {
      name: 'kitchen',
      pinnedRelease: null,
      undeclaredConfig: async () => undeclaredConfig,
      say: (message) => void said.push(message),
    },
    introductionMemory: { load: () => reason, save: (next) => void (reason = next) },
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
    random,
    settings: () => ({ pollInterval: POLL_INTERVAL, instantUpdateTrigger: true }),
    registrationRetryDelay: REGISTRATION_RETRY_DELAY,
    composeReport: async () => report,
    reportMemory: { load: async () => null, save: async () => undefined },
    onTarget: async (_target, options) => void targets.push(options),
    onRequest: (result) => void results.push(result),
    onRegistered: () => undefined,
    say: (message) => void said.push(message),
  });
  return {
    cloud,
    uuid,
    said,
    requests,
    targets,
    results,
    get underWay() {
      return underWay;
    },
    get mostPollsAtOnce() {
      return mostPollsAtOnce;
    },
    get keptTags() {
      return keptTags;
    },
    get hangs() {
      return hangs;
    },
    set hangs(isHanging) {
      hangs = isHanging;
    },
    report(next) {
      report = next;
      cloud.reportChange();
    },
    async [Symbol.asyncDispose]() {
      await cloud[Symbol.asyncDispose]();
      client[Symbol.dispose]();
    },
  };
}

/** Lets so many milliseconds pass, from timer to timer, and after each until no device has anything under way. */
export async function pass(
  milliseconds: number,
  { clock, devices }: { readonly clock: FakeClock; readonly devices: readonly TestDevice[] },
  atEach: () => void = () => undefined,
): Promise<void> {
  const end = clock.now() + milliseconds;
  using _end = clock.schedule(milliseconds, () => undefined);
  await quiet(devices);
  while (clock.now() < end && clock.advanceToNext()) {
    atEach();
    await quiet(devices);
  }
}

/** Until nothing is under way, and what came of it has been dealt with. */
async function quiet(devices: readonly TestDevice[]): Promise<void> {
  const isBusy = (): boolean => devices.some(({ underWay }) => underWay > 0);
  for (let turns = 0; turns < 20; turns = isBusy() ? 0 : turns + 1) await setImmediate();
}

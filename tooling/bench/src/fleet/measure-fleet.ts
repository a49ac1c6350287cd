import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { heapUsed } from '@device-supervisor/testbed';
import { startFleetCloud, type CloudAccess, type FleetCloud, type FleetRequest } from './fleet-cloud.ts';
import { startFleetDevice } from './fleet-device.ts';

export interface FleetOptions {
  readonly devices: number;
  /** Of watching the fleet, after it has reached its first release. */
  readonly minutes: number;
  /** Milliseconds between two polls of a device. */
  readonly pollInterval: number;
}

export interface FleetFigures {
  /** Until the last device had registered and said that it runs its first release, in milliseconds. */
  readonly firstRelease: number;
  /** The same for a release that came while they were watched. */
  readonly nextRelease: number;
  /** Requests while they were watched, by kind. */
  readonly requests: Readonly<Record<string, RequestFigures>>;
  /** Attempts of a device, on average, in a minute without a cloud. */
  readonly attemptsInOutage: number;
  /** Bytes at three moments of the watch: of the heap, what each device added; its share of the process. */
  readonly memory: Readonly<Record<'begin' | 'middle' | 'end', { readonly heap: number; readonly resident: number }>>;
  /** Milliseconds of processor time that a device takes in a minute. */
  readonly cpuPerMinute: number;
}

export interface RequestFigures {
  readonly perDeviceAndMinute: number;
  /** Of all devices, in the busiest second. */
  readonly mostInASecond: number;
  /** Of a request and its answer, on average. */
  readonly bytes: number;
}

const MINUTE = 60_000;
/** Milliseconds; looking costs processor time, too. */
const LOOK_INTERVAL = 500;

/** A fleet in this process against a cloud in another one: registers, reaches a release and a next one, and is watched. */
export async function measureFleet({ devices, minutes, pollInterval }: FleetOptions): Promise<FleetFigures> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'bench-fleet-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const cloud = stack.use(await startFleetCloud(pollInterval));
  await cloud.release();
  const empty = heapUsed();
  const perDevice = () => ({
    heap: (heapUsed() - empty) / devices,
    resident: process.memoryUsage().rss / devices,
  });

  const started = performance.now();
  // Disposed of together: one after the other would take a while.
  const fleet = stack.adopt(await startAll(devices, cloud.access, directory), async (all) => {
    await Promise.all(all.map((one) => one[Symbol.asyncDispose]()));
  });
  await untilAllRun(cloud, fleet.length, 2 * pollInterval + MINUTE);
  const firstRelease = performance.now() - started;

  await cloud.takeRequests();
  const begin = perDevice();
  const cpu = process.cpuUsage();
  await delay((minutes * MINUTE) / 2);
  const middle = perDevice();
  const released = performance.now();
  await cloud.release();
  await untilAllRun(cloud, fleet.length, 2 * pollInterval + MINUTE);
  const nextRelease = performance.now() - released;
  await delay(Math.max(0, (minutes * MINUTE) / 2 - nextRelease));
  const watched = (performance.now() - released + (minutes * MINUTE) / 2) / MINUTE;
  const { user, system } = process.cpuUsage(cpu);
  const requests = countRequests(await cloud.takeRequests(), devices * watched);
  const end = perDevice();

  await cloud.fail();
  await delay(MINUTE);
  const inOutage = await cloud.takeRequests();
  await cloud.heal();
  return {
    firstRelease,
    nextRelease,
    requests,
    attemptsInOutage: inOutage.length / devices,
    memory: { begin, middle, end },
    cpuPerMinute: (user + system) / 1000 / devices / watched,
  };
}

async function startAll(devices: number, access: CloudAccess, directory: string): Promise<AsyncDisposable[]> {
  return await Promise.all(
    Array.from({ length: devices }, (_, index) =>
      startFleetDevice({
        ...access,
        directory: join(directory, String(index)),
        say: (message) => {
          // One that fails in a fleet of hundreds would be missed in the figures.
          if (!/503|again/.test(message)) console.error(`device ${index}: ${message}`);
        },
      }),
    ),
  );
}

async function untilAllRun(cloud: FleetCloud, devices: number, timeout: number): Promise<void> {
  const end = performance.now() + timeout;
  for (let running = 0; running < devices; running = await cloud.running()) {
    if (performance.now() > end) throw new Error(`only ${running} of ${devices} devices run the release in time`);
    await delay(LOOK_INTERVAL);
  }
}

function countRequests(requests: readonly FleetRequest[], deviceMinutes: number): Record<string, RequestFigures> {
  const byKind = Object.groupBy(requests, ({ kind }) => kind);
  return Object.fromEntries(
    Object.entries(byKind).map(([kind, some = []]) => {
      const perSecond = Map.groupBy(some, ({ at }) => Math.floor(at / 1000));
      return [
        kind,
        {
          perDeviceAndMinute: some.length / deviceMinutes,
          mostInASecond: Math.max(...[...perSecond.values()].map(({ length }) => length)),
          bytes: some.reduce((sum, { bytes }) => sum + bytes, 0) / some.length,
        },
      ];
    }),
  );
}

import { measureFleet, type FleetFigures, type FleetOptions } from './measure-fleet.ts';

type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Milliseconds; of packages/cloud. */
const LONGEST_POLL_JITTER = 60_000;
const METRICS_INTERVAL = 300_000;
const MINUTE = 60_000;

/** The load of a fleet on its cloud, beside the figures of docs/cloud-load.md, and that of a device on its machine. */
export async function fleetTables(options: FleetOptions): Promise<Table[]> {
  const { devices, minutes, pollInterval } = options;
  const { requests, memory, ...figures } = await measureFleet(options);
  // On average, a pause between two polls is longer by half of the jitter.
  const poll = MINUTE / (pollInterval + Math.min(LONGEST_POLL_JITTER, pollInterval) / 2);
  const calculated: Readonly<Record<string, string>> = {
    poll: poll.toFixed(2),
    // Of metrics, and one of the release.
    report: (MINUTE / METRICS_INTERVAL + 1 / minutes).toFixed(2),
  };
  const inKilobytes = (bytesOf: (memory: FleetFigures['memory']['begin']) => number): Record<string, string> =>
    Object.fromEntries(Object.entries(memory).map(([moment, some]) => [moment, (bytesOf(some) / 1000).toFixed(0)]));
  const rows = Object.entries(requests).map(
    ([kind, { perDeviceAndMinute, mostInASecond, bytes }]): [string, Table[string]] => [
      kind,
      {
        'a device, per minute': perDeviceAndMinute.toFixed(2),
        calculated: calculated[kind] ?? '0',
        [`${devices} devices, busiest second`]: String(mostInASecond),
        'bytes of one': bytes.toFixed(0),
        'bytes a device, per minute': (bytes * perDeviceAndMinute).toFixed(0),
      },
    ],
  );
  return [
    Object.fromEntries(rows),
    {
      'from nothing to the first release': { 'all devices': inSeconds(figures.firstRelease) },
      'to the next release': { 'all devices': inSeconds(figures.nextRelease) },
    },
    {
      'heap of a device, KB': inKilobytes(({ heap }) => heap),
      'resident, share of a device, KB': inKilobytes(({ resident }) => resident),
    },
    {
      'CPU, ms per minute': { 'a device': figures.cpuPerMinute.toFixed(1) },
      'attempts in a minute without a cloud': { 'a device': figures.attemptsInOutage.toFixed(2) },
    },
  ];
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

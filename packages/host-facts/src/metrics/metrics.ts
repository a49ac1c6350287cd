import { hostText } from '../host-text.ts';
import { readCpuId } from './cpu-id.ts';
import { cpuUsage, parseCpuTime, type CpuTime } from './cpu-usage.ts';
import { parseMemory } from './memory.ts';
import { readStorage } from './storage.ts';
import { createThermometer } from './temperature.ts';
import { createUndervoltageWatch } from './undervoltage.ts';

/** How the host fares. `null`: it does not tell. Sizes are in MB of 1024² bytes. */
export interface HostMetrics {
  /** Per cent of all processors, since the reading before; at the first one, since the host has started. */
  readonly cpuUsage: number | null;
  /** Without caches. */
  readonly memoryUsage: number | null;
  readonly memoryTotal: number | null;
  /** Of the data partition. */
  readonly storageUsage: number | null;
  readonly storageTotal: number | null;
  /** e.g. `/dev/mmcblk0p6` */
  readonly storageBlockDevice: string | null;
  /** Whole °C. */
  readonly cpuTemperature: number | null;
  /** Serial number of the board. */
  readonly cpuId: string | null;
  /** Whether the supply voltage was too low at any time since the host has started. */
  readonly isUndervolted: boolean | null;
}

/** Where the host tells; every one may lack. */
export interface MetricSources {
  /** Directory on the data partition. */
  readonly dataPath: string;
  /** Default: `/proc`. */
  readonly procPath?: string;
  /** Default: `/sys`. */
  readonly sysPath?: string;
  /** Default: `/dev/kmsg`. */
  readonly kmsgPath?: string;
}

/** Reads the metrics from files of the kernel; runs no program. Disposing of it closes the kernel's log. */
export interface Metrics extends AsyncDisposable {
  /** Calls that come while it reads get the same. */
  read(): Promise<HostMetrics>;
}

/**
 * @example
 * ```ts
 * await using metrics = createMetrics({ dataPath: '/mnt/data' });
 * const { memoryUsage, memoryTotal } = await metrics.read();
 * ```
 */
export function createMetrics({
  dataPath,
  procPath = '/proc',
  sysPath = '/sys',
  kmsgPath = '/dev/kmsg',
}: MetricSources): Metrics {
  const thermometer = createThermometer(`${sysPath}/class`);
  const undervoltage = createUndervoltageWatch(kmsgPath);
  const storageSources = {
    dataPath,
    mountInfoPath: `${procPath}/self/mountinfo`,
    sysDevBlock: `${sysPath}/dev/block`,
  };
  let before: CpuTime = { busy: 0, total: 0 };
  let lastUsage: number | null = null;
  let cpuId: Promise<string | null> | null = null;
  let reading: Promise<HostMetrics> | null = null;

  async function readCpu(): Promise<number | null> {
    const after = parseCpuTime((await hostText(`${procPath}/stat`)) ?? '');
    if (after === null) return null;
    // Asked again within a tick, it is what it was.
    lastUsage = cpuUsage(before, after) ?? lastUsage;
    before = after;
    return lastUsage;
  }

  async function readAll(): Promise<HostMetrics> {
    cpuId ??= readCpuId({ deviceTreePath: `${procPath}/device-tree`, dmiPath: `${sysPath}/class/dmi/id` });
    const [usage, meminfo, storage, cpuTemperature, id, isUndervolted] = await Promise.all([
      readCpu(),
      hostText(`${procPath}/meminfo`),
      readStorage(storageSources),
      thermometer.read(),
      cpuId,
      undervoltage.read(),
    ]);
    const memory = parseMemory(meminfo ?? '');
    return {
      cpuUsage: usage,
      memoryUsage: memory?.used ?? null,
      memoryTotal: memory?.total ?? null,
      storageUsage: storage?.used ?? null,
      storageTotal: storage?.total ?? null,
      storageBlockDevice: storage?.blockDevice ?? null,
      cpuTemperature,
      cpuId: id,
      isUndervolted,
    };
  }

  return {
    read() {
      reading ??= readAll().finally(() => {
        reading = null;
      });
      return reading;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([reading]);
      await undervoltage[Symbol.asyncDispose]();
    },
  };
}

import type { ServiceUsage, UsageSource } from '@device-supervisor/api';
import type { Device } from '@device-supervisor/device';
import type { Engine } from '@device-supervisor/engine';
import type { Metrics } from '@device-supervisor/host-facts';

export interface UsageDependencies {
  readonly device: Pick<Device, 'state'>;
  readonly engine: Pick<Engine, 'containerUsage'>;
  readonly metrics: Pick<Metrics, 'read'>;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
  readonly processors: number;
}

/** Processor time of a container at one moment. */
interface CpuReading {
  readonly cpuTime: number;
  readonly at: number;
}

const BYTES_PER_MB = 1024 ** 2;
const NANOSECONDS_PER_MS = 1e6;

/** Asks host and engine what is used now. A container that the engine cannot tell about is left out. */
export function usageSource({ device, engine, metrics, monotonic, processors }: UsageDependencies): UsageSource {
  let before: ReadonlyMap<string, CpuReading> = new Map();
  return async () => {
    const running = device
      .state()
      .apps.flatMap(({ id: appId, services }) => services.map((service) => ({ appId, ...service })))
      .filter(({ status, containerId }) => containerId !== null && status !== 'exited' && status !== 'Installed');
    const readings = new Map<string, CpuReading>();
    const read = async ({ appId, name, containerId }: (typeof running)[number]): Promise<ServiceUsage> => {
      const id = containerId ?? '';
      const { cpuTime, memory } = await engine.containerUsage(id);
      const now = { cpuTime, at: monotonic() };
      readings.set(id, now);
      return { appId, service: name, cpuPercent: share(before.get(id), now, processors), memoryBytes: memory };
    };
    const [host, results] = await Promise.all([metrics.read(), Promise.allSettled(running.map(read))]);
    before = readings;
    return {
      cpuPercent: host.cpuUsage,
      memoryBytes: inBytes(host.memoryUsage),
      memoryTotalBytes: inBytes(host.memoryTotal),
      services: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    };
  };
}

/** Per cent of all processors between two readings; `null`: there is only one, or the container was restarted. */
function share(before: CpuReading | undefined, now: CpuReading, processors: number): number | null {
  if (before === undefined || now.cpuTime < before.cpuTime || now.at <= before.at) return null;
  const used = (now.cpuTime - before.cpuTime) / NANOSECONDS_PER_MS;
  return Math.round(Math.min(100, (used / (now.at - before.at) / processors) * 100) * 10) / 10;
}

function inBytes(megabytes: number | null): number | null {
  return megabytes === null ? null : megabytes * BYTES_PER_MB;
}

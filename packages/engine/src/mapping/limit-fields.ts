import type { Resources, UpdatableConfig } from '@device-supervisor/compose';
import { inHost, type FieldMappings, type InspectedContainer } from './field-mapping.ts';
import { BLKIO_FIELD } from './blkio-field.ts';
import { unlessChosen, unlessDropped } from './requested-container.ts';

/** The limits that engines set by default, unless they are configured otherwise. */
const DEFAULT_SHM_SIZE = 64 * 1024 * 1024;

/** How much the container may use. */
export const LIMIT_FIELDS: FieldMappings<
  'resources' | 'ulimits' | 'shmSize' | 'oomKillDisable' | 'oomScoreAdj' | 'memorySwappiness' | 'cpuRealtime' | 'blkio'
> = {
  resources: {
    write: (resources) => ({
      host: {
        Memory: resources.memory,
        MemoryReservation: resources.memoryReservation,
        MemorySwap: resources.memorySwap,
        NanoCpus: resources.nanoCpus,
        CpuShares: resources.cpuShares,
        CpuQuota: resources.cpuQuota,
        CpuPeriod: resources.cpuPeriod,
        CpusetCpus: resources.cpusetCpus,
        PidsLimit: resources.pidsLimit,
      },
    }),
    read: readResources,
  },
  ulimits: {
    write: (ulimits) => ({
      host: { Ulimits: ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })) },
    }),
    read: ({ host, requested }) =>
      host.Ulimits.filter(({ Name }) => requested === undefined || requested.ulimits.includes(Name))
        .map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  },
  shmSize: inHost('ShmSize', (source) =>
    unlessChosen(source, 'shmSize', { value: source.host.ShmSize, unset: 0, known: [DEFAULT_SHM_SIZE] }),
  ),
  oomKillDisable: inHost(
    'OomKillDisable',
    // Kernels without support for it make the engine drop it.
    ({ host, requested }) => host.OomKillDisable || requested?.fields.includes('oomKillDisable') === true,
  ),
  oomScoreAdj: inHost('OomScoreAdj', ({ host }) => host.OomScoreAdj),
  memorySwappiness: inHost('MemorySwappiness', ({ host, requested }) => {
    const { MemorySwappiness: value } = host;
    return value === undefined || value === null || value < 0 ? (requested?.memorySwappiness ?? null) : value;
  }),
  cpuRealtime: {
    write: ({ period, runtime }) => ({ host: { CpuRealtimePeriod: period, CpuRealtimeRuntime: runtime } }),
    read: ({ host, requested }) => ({
      period: unlessDropped(host.CpuRealtimePeriod, requested?.cpuRealtime?.period, [0]),
      runtime: unlessDropped(host.CpuRealtimeRuntime, requested?.cpuRealtime?.runtime, [0]),
    }),
  },
  blkio: BLKIO_FIELD,
};

/** The body of `POST /containers/{id}/update`; what is not in it stays as it is. */
export function writeUpdate({ resources, restart }: UpdatableConfig): object {
  const { memory, memorySwap } = resources;
  const limits = LIMIT_FIELDS.resources.write({
    ...resources,
    // Engines hold to the limit of swap that they chose for the memory from before, and refuse more memory than that.
    memorySwap: memory > 0 && memorySwap === 0 ? 2 * memory : memorySwap,
  });
  const changed = Object.entries(limits.host ?? {}).filter(([, value]) => value !== 0 && value !== '');
  return {
    ...Object.fromEntries(changed),
    RestartPolicy: { Name: restart.name, MaximumRetryCount: restart.maximumRetryCount },
  };
}

function readResources({ host, requested }: InspectedContainer): Resources {
  const asked = requested?.resources;
  const memory = unlessDropped(host.Memory, asked?.memory, [0]);
  return {
    memory,
    memoryReservation: unlessDropped(host.MemoryReservation, asked?.memoryReservation, [0]),
    memorySwap: readMemorySwap(host.MemorySwap, asked?.memorySwap, memory),
    nanoCpus: unlessDropped(host.NanoCpus, asked?.nanoCpus, [0]),
    cpuShares: unlessDropped(host.CpuShares, asked?.cpuShares, [0]),
    cpuQuota: unlessDropped(host.CpuQuota, asked?.cpuQuota, [0]),
    cpuPeriod: unlessDropped(host.CpuPeriod, asked?.cpuPeriod, [0]),
    cpusetCpus: unlessDropped(host.CpusetCpus, asked?.cpusetCpus, ['']),
    // -1 is no limit, too.
    pidsLimit: unlessDropped(Math.max(0, host.PidsLimit), asked?.pidsLimit, [0]),
  };
}

/** Unasked, the engine makes it twice the memory; on a kernel that does not count swap it makes it -1. */
function readMemorySwap(value: number, asked: number | undefined, memory: number): number {
  if (asked !== undefined) return unlessDropped(value, asked, [0, -1]);
  return value === 2 * memory || value === -1 ? 0 : value;
}

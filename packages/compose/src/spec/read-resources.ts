import type { ServiceComposition } from '@device-supervisor/state';
import type { Resources } from '../container-config.ts';
import { FieldError } from './field-error.ts';
import { parseSize } from './parse-size.ts';
import type { ReadContext } from './read-context.ts';

const NANO_CPUS = 1e9;
/** Bytes; engines refuse less. */
const LEAST_MEMORY = 6 * 2 ** 20;

/** The compose field that each limit comes from. */
const FIELDS: Readonly<Record<keyof Resources, string>> = {
  memory: 'mem_limit',
  memoryReservation: 'mem_reservation',
  memorySwap: 'memswap_limit',
  nanoCpus: 'cpus',
  cpuShares: 'cpu_shares',
  cpuQuota: 'cpu_quota',
  cpuPeriod: 'cpu_period',
  cpusetCpus: 'cpuset',
  pidsLimit: 'pids_limit',
};

/** The value of a field; `undefined`: it is absent. */
interface Named {
  readonly field: string;
  readonly value: number | undefined;
}

/** Limits of memory, CPUs and processes: the short fields and `deploy.resources`, of which either may name each. */
export function readResources(composition: ServiceComposition, context: ReadContext): Resources {
  const { findings } = context;
  const { limits = {}, reservations = {} } = composition.deploy?.resources ?? {};
  const size = (field: string, value: string | number | undefined): Named => ({
    field,
    value: value === undefined ? undefined : findings.read(field, 0, () => parseSize(value)),
  });
  const cpus = (field: string, value: string | number | undefined): Named => ({
    field,
    value: value === undefined ? undefined : findings.read(field, 0, () => readCpus(value)),
  });
  const either = (short: Named, long: Named): number => {
    if (short.value !== undefined && long.value !== undefined && short.value !== long.value) {
      findings.problem(long.field, `differs from ${short.field}; name one of them`);
    }
    return short.value ?? long.value ?? 0;
  };
  const resources: Resources = {
    memory: either(size('mem_limit', composition.mem_limit), size('deploy.resources.limits.memory', limits.memory)),
    memoryReservation: either(
      size('mem_reservation', composition.mem_reservation),
      size('deploy.resources.reservations.memory', reservations.memory),
    ),
    memorySwap: size('memswap_limit', composition.memswap_limit).value ?? 0,
    nanoCpus: either(cpus('cpus', composition.cpus), cpus('deploy.resources.limits.cpus', limits.cpus)),
    cpuShares: composition.cpu_shares ?? 0,
    cpuQuota: composition.cpu_quota ?? 0,
    cpuPeriod: composition.cpu_period ?? 0,
    cpusetCpus: composition.cpuset ?? '',
    // Compose files say -1 for no limit.
    pidsLimit: Math.max(
      0,
      either(
        { field: 'pids_limit', value: composition.pids_limit },
        { field: 'deploy.resources.limits.pids', value: limits.pids },
      ),
    ),
  };
  refuseContradictions(resources, context);
  return withoutUnsupported(resources, context);
}

/** Values that every engine refuses, reported before the current container is removed for them. */
function refuseContradictions(resources: Resources, { findings }: ReadContext): void {
  const { memory, memoryReservation, memorySwap, nanoCpus, cpuQuota, cpuPeriod } = resources;
  if (memory > 0 && memory < LEAST_MEMORY) findings.problem('mem_limit', 'is below 6m, the least that engines allow');
  if (memory > 0 && memoryReservation > memory) findings.problem('mem_reservation', 'is more than mem_limit');
  if (memorySwap > 0 && memory === 0) findings.problem('memswap_limit', 'needs mem_limit beside it');
  if (memorySwap > 0 && memorySwap < memory) {
    findings.problem('memswap_limit', 'is less than mem_limit; it is the sum of memory and swap');
  }
  if (nanoCpus > 0 && (cpuQuota > 0 || cpuPeriod > 0)) {
    findings.problem('cpus', 'says the same as cpu_quota and cpu_period; name one of them');
  }
}

function withoutUnsupported(resources: Resources, { findings, abilities }: ReadContext): Resources {
  const dropped = abilities.unsupportedLimits.filter((limit) => resources[limit] !== 0 && resources[limit] !== '');
  for (const limit of dropped) findings.notice(FIELDS[limit], "has no effect: the device's kernel does not support it");
  const zeros = dropped.map((limit) => [limit, limit === 'cpusetCpus' ? '' : 0] as const);
  return { ...resources, ...Object.fromEntries(zeros) };
}

function readCpus(cpus: string | number): number {
  const count = typeof cpus === 'number' || cpus.trim() !== '' ? Number(cpus) : Number.NaN;
  if (!Number.isFinite(count) || count < 0) throw new FieldError(`'${cpus}' is not a number of CPUs; write e.g. 0.5`);
  return Math.round(count * NANO_CPUS);
}

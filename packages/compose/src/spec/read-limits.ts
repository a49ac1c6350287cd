import type { ServiceComposition } from '@device-supervisor/state';
import type { ContainerConfig, Ulimit } from '../container-config.ts';
import { FieldError } from './field-error.ts';
import { toMap } from './list-or-map.ts';
import { parseDuration } from './parse-duration.ts';
import { parseSize } from './parse-size.ts';
import { readBlkio } from './read-blkio.ts';
import type { ReadContext } from './read-context.ts';
import { readResources } from './read-resources.ts';

type LimitConfig = Pick<
  ContainerConfig,
  | 'resources'
  | 'ulimits'
  | 'shmSize'
  | 'oomKillDisable'
  | 'oomScoreAdj'
  | 'memorySwappiness'
  | 'cpuRealtime'
  | 'blkio'
  | 'sysctls'
  | 'storageOpt'
  | 'cgroupParent'
>;

/** The fields that limit what the container may use. */
export function readLimits(composition: ServiceComposition, context: ReadContext): LimitConfig {
  const { findings } = context;
  const { mem_swappiness: swappiness, oom_score_adj: oomScoreAdj = 0 } = composition;
  const microseconds = (field: 'cpu_rt_period' | 'cpu_rt_runtime'): number =>
    findings.read(field, 0, () => readMicroseconds(composition[field] ?? 0));
  if (swappiness !== undefined && (swappiness < 0 || swappiness > 100)) {
    findings.problem('mem_swappiness', `${swappiness} is not between 0 and 100`);
  }
  if (Math.abs(oomScoreAdj) > 1000) findings.problem('oom_score_adj', `${oomScoreAdj} is not between -1000 and 1000`);
  return {
    resources: readResources(composition, context),
    ulimits: Object.entries(composition.ulimits ?? {})
      .map(([name, limit]): Ulimit => {
        const { soft, hard } = typeof limit === 'number' ? { soft: limit, hard: limit } : limit;
        return { name, soft, hard };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    shmSize: findings.read('shm_size', 0, () => parseSize(composition.shm_size ?? 0)),
    oomKillDisable: composition.oom_kill_disable ?? false,
    oomScoreAdj,
    memorySwappiness: swappiness ?? null,
    cpuRealtime: { period: microseconds('cpu_rt_period'), runtime: microseconds('cpu_rt_runtime') },
    blkio: readBlkio(composition, findings),
    sysctls: toMap(composition.sysctls),
    storageOpt: toMap(composition.storage_opt),
    cgroupParent: composition.cgroup_parent ?? '',
  };
}

/** Unlike elsewhere, a bare number is in microseconds. */
function readMicroseconds(value: string | number): number {
  const count = /^\d+$/.test(String(value)) ? Number(value) : parseDuration(value) * 1000;
  if (!Number.isSafeInteger(count) || count < 0) throw new FieldError(`'${value}' is not a number of microseconds`);
  return count;
}

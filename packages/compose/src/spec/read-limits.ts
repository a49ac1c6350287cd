import type { ServiceComposition } from '@device-supervisor/state';
import type { ContainerConfig, DeviceMapping, Ulimit } from '../container-config.ts';
import { FieldError } from './field-error.ts';
import type { FindingCollector } from './findings.ts';
import { toMap } from './list-or-map.ts';
import { parseSize } from './parse-size.ts';

type LimitConfig = Pick<
  ContainerConfig,
  'resources' | 'ulimits' | 'shmSize' | 'oomKillDisable' | 'oomScoreAdj' | 'sysctls' | 'storageOpt' | 'cgroupParent'
>;

type HostAccessConfig = Pick<
  ContainerConfig,
  | 'privileged'
  | 'capAdd'
  | 'capDrop'
  | 'securityOpt'
  | 'devices'
  | 'deviceCgroupRules'
  | 'ipc'
  | 'pid'
  | 'uts'
  | 'usernsMode'
  | 'cgroupNamespace'
  | 'runtime'
>;

const NANO_CPUS = 1e9;

/** The fields that limit what the container may use. */
export function readLimits(composition: ServiceComposition, findings: FindingCollector): LimitConfig {
  const size = (field: 'mem_limit' | 'mem_reservation' | 'memswap_limit' | 'shm_size'): number =>
    findings.read(field, 0, () => parseSize(composition[field] ?? 0));
  return {
    resources: {
      memory: size('mem_limit'),
      memoryReservation: size('mem_reservation'),
      memorySwap: size('memswap_limit'),
      nanoCpus: findings.read('cpus', 0, () => readCpus(composition.cpus)),
      cpuShares: composition.cpu_shares ?? 0,
      cpuQuota: composition.cpu_quota ?? 0,
      cpuPeriod: composition.cpu_period ?? 0,
      cpusetCpus: composition.cpuset ?? '',
      // The engine's 'unlimited' is -1 in compose files and no limit on the engine.
      pidsLimit: Math.max(0, composition.pids_limit ?? 0),
    },
    ulimits: Object.entries(composition.ulimits ?? {})
      .map(([name, limit]): Ulimit => {
        const { soft, hard } = typeof limit === 'number' ? { soft: limit, hard: limit } : limit;
        return { name, soft, hard };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    shmSize: size('shm_size'),
    oomKillDisable: composition.oom_kill_disable ?? false,
    oomScoreAdj: composition.oom_score_adj ?? 0,
    sysctls: toMap(composition.sysctls),
    storageOpt: toMap(composition.storage_opt),
    cgroupParent: composition.cgroup_parent ?? '',
  };
}

/** The fields that say what of the host and the kernel the container may reach. */
export function readHostAccess(composition: ServiceComposition, findings: FindingCollector): HostAccessConfig {
  return {
    privileged: composition.privileged ?? false,
    capAdd: capabilities(composition.cap_add),
    capDrop: capabilities(composition.cap_drop),
    // Labels of a security module belong to the host's policy, which the app does not know.
    securityOpt: (composition.security_opt ?? []).filter((option) => !/^label[=:]/.test(option)).sort(),
    devices: findings.readEach('devices', composition.devices ?? [], readDevice).sort(byContainerPath),
    deviceCgroupRules: [...(composition.device_cgroup_rules ?? [])].sort(),
    ipc: composition.ipc ?? '',
    pid: composition.pid ?? '',
    uts: composition.uts ?? '',
    usernsMode: composition.userns_mode ?? '',
    cgroupNamespace: composition.cgroup ?? '',
    runtime: composition.runtime ?? '',
  };
}

function readCpus(cpus: string | number | undefined): number {
  if (cpus === undefined) return 0;
  const count = typeof cpus === 'number' || cpus.trim() !== '' ? Number(cpus) : Number.NaN;
  if (!Number.isFinite(count) || count < 0) throw new FieldError(`'${cpus}' is not a number of CPUs; write e.g. 0.5`);
  return Math.round(count * NANO_CPUS);
}

function readDevice(device: string): DeviceMapping[] {
  const [hostPath = '', second, third, ...rest] = device.split(':');
  const permissionsOnly = third === undefined && second !== undefined && /^[rwm]+$/.test(second);
  const containerPath = second === undefined || permissionsOnly ? hostPath : second;
  const permissions = (permissionsOnly ? second : third) ?? 'rwm';
  const valid = hostPath.startsWith('/') && containerPath.startsWith('/') && /^[rwm]+$/.test(permissions);
  if (!valid || rest.length > 0) {
    throw new FieldError(`'${device}' is not a device; write e.g. /dev/ttyUSB0 or /dev/ttyUSB0:/dev/serial:rw`);
  }
  return [{ hostPath, containerPath, permissions }];
}

function byContainerPath(a: DeviceMapping, b: DeviceMapping): number {
  return a.containerPath < b.containerPath ? -1 : 1;
}

function capabilities(names: readonly string[] = []): string[] {
  return [...new Set(names.map((name) => name.toUpperCase().replace(/^CAP_/, '')))].sort();
}

import type { TargetApp, TargetRelease, TargetService } from '@device-supervisor/state';
import { DEFAULT_CONTAINER_CONFIG, type ContainerConfig } from '../container-config.ts';
import type { EngineAbilities } from '../observed.ts';
import { readDependencies, type Dependency } from './dependencies.ts';
import type { DeviceFacts } from './device-facts.ts';
import { readFeatures } from './feature-labels.ts';
import { FindingCollector, type Findings } from './findings.ts';
import { toMap } from './list-or-map.ts';
import { containerName, LABELS } from './names.ts';
import { readHostAccess, readLimits } from './read-limits.ts';
import { readNetworking } from './read-networking.ts';
import { readProcess } from './read-process.ts';
import { readStorage } from './read-storage.ts';
import { serviceEnvironment } from './service-environment.ts';
import { readUpdatePolicy, type UpdatePolicy } from './update-policy.ts';

/** A service as a container engine shall have it. */
export interface ServiceSpec {
  readonly service: TargetService;
  /** Name on the engine. */
  readonly containerName: string;
  /** Without what the image says. */
  readonly config: ContainerConfig;
  readonly dependencies: readonly Dependency[];
  /** Service whose network it shares; `config.networkMode` is to be completed with that one's container. */
  readonly networkOf: string | null;
  /** Engine names of the named volumes that it mounts. */
  readonly volumes: readonly string[];
  readonly updatePolicy: UpdatePolicy;
  readonly findings: Findings;
}

export interface ServiceSpecContext {
  readonly app: TargetApp;
  readonly release: TargetRelease;
  readonly device: DeviceFacts;
  readonly abilities: EngineAbilities;
  /** Key of this service for the supervisor's API; a secret. */
  readonly supervisorApiKey: string | null;
}

/** Fields that are read elsewhere, or that are the business of whoever builds the image. */
const FIELDS_READ_ELSEWHERE = ['build', 'depends_on', 'environment', 'image', 'labels', 'pull_policy'];

/** Turns a service of a target into a container's configuration. Nothing is dropped without a finding. */
export function specifyService(service: TargetService, context: ServiceSpecContext): ServiceSpec {
  const { app, release, device } = context;
  const { composition } = service;
  const findings = new FindingCollector();
  const labels = { ...toMap(composition.labels), ...service.labels };
  const usesHostNetwork = composition.network_mode === 'host';
  const features = readFeatures(labels, {
    device,
    supervisorApiKey: context.supervisorApiKey,
    usesHostNetwork,
    findings,
  });
  const networking = readNetworking(service, { app, release, features, findings });
  const storage = readStorage(service, { app, release, features, findings });
  const config: ContainerConfig = {
    ...DEFAULT_CONTAINER_CONFIG,
    ...readProcess(composition, findings),
    ...readLimits(composition, findings),
    ...readHostAccess(composition, findings),
    ...networking.config,
    ...storage.config,
    deviceRequests: features.deviceRequests,
    environment: serviceEnvironment(service, { app, device, features }),
    labels: {
      ...labels,
      [LABELS.supervised]: 'true',
      [LABELS.appId]: String(app.id),
      [LABELS.appUuid]: app.uuid,
      [LABELS.serviceId]: String(service.id),
      [LABELS.serviceName]: service.name,
    },
  };
  for (const field of Object.keys(composition)) {
    if (!APPLIED_FIELDS.has(field) && !FIELDS_READ_ELSEWHERE.includes(field) && !field.startsWith('x-')) {
      findings.notice(field, 'is not supported and has no effect');
    }
  }
  return {
    service,
    containerName: containerName(service, release),
    config,
    dependencies: readDependencies(service, release, findings),
    networkOf: networking.networkOf,
    volumes: storage.volumes,
    updatePolicy: readUpdatePolicy(labels, findings),
    findings,
  };
}

const APPLIED_FIELDS = new Set(
  [
    'cap_add cap_drop cgroup cgroup_parent command cpu_period cpu_quota cpu_shares cpus cpuset device_cgroup_rules',
    'devices dns dns_opt dns_search domainname entrypoint expose extra_hosts group_add healthcheck hostname init ipc',
    'mac_address mem_limit mem_reservation memswap_limit network_mode networks oom_kill_disable oom_score_adj pid',
    'pids_limit ports privileged read_only restart runtime security_opt shm_size stdin_open stop_grace_period',
    'stop_signal storage_opt sysctls tmpfs tty ulimits user userns_mode uts volumes working_dir',
  ].flatMap((fields) => fields.split(' ')),
);

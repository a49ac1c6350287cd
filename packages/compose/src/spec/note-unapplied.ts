import type { ServiceComposition } from '@device-supervisor/state';
import type { ContainerConfig } from '../container-config.ts';
import type { FindingCollector } from './findings.ts';
import { isList, type ListOrMap } from './list-or-map.ts';

/** Fields that are applied, whatever reads them. */
export const APPLIED_FIELDS: ReadonlySet<string> = new Set(
  [
    'annotations blkio_config cap_add cap_drop cgroup cgroup_parent command configs cpu_period cpu_quota cpu_rt_period',
    'cpu_rt_runtime cpu_shares cpus cpuset depends_on device_cgroup_rules devices dns dns_opt dns_search domainname',
    'entrypoint environment expose extra_hosts gpus group_add healthcheck hostname image init ipc labels mac_address',
    'mem_limit mem_reservation mem_swappiness memswap_limit network_mode networks oom_kill_disable oom_score_adj pid',
    'pids_limit ports post_start pre_stop privileged profiles pull_policy read_only restart runtime secrets security_opt shm_size stdin_open',
    'stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits user userns_mode uts volumes volumes_from working_dir',
    // `build` is for those who build the image; of `deploy` see below.
    'build deploy',
  ].flatMap((fields) => fields.split(' ')),
);

const OTHER_PLATFORM = 'has no effect: it is for containers of Windows';
const NO_FILES = 'has no effect: the files beside the compose file are not on the device';
const BY_NAME =
  'has no effect: services of one network reach each other by name; use aliases of networks for other names';

/** Why other known fields are not applied. */
const REASONS: Readonly<Record<string, string>> = {
  attach: 'has no effect: the logs of all services are kept',
  container_name: 'has no effect: containers are named after their service and release',
  cpu_count: OTHER_PLATFORM,
  cpu_percent: OTHER_PLATFORM,
  credential_spec: OTHER_PLATFORM,
  develop: 'has no effect on a device',
  env_file: `${NO_FILES}; write the variables into environment`,
  extends: 'has no effect: it has to be resolved when the release is made',
  external_links: BY_NAME,
  isolation: OTHER_PLATFORM,
  label_file: `${NO_FILES}; write the labels into labels`,
  links: BY_NAME,
  logging: 'has no effect: the log driver is that of the device',
  models: 'has no effect: a device runs no models',
  platform: 'has no effect: the platform is that of the image',
  provider: 'has no effect: a device has no providers',
  scale: 'has no effect: a service has one container on a device',
  use_api_socket: 'has no effect; use the label io.balena.features.balena-socket',
};

const DEPLOY_REASONS: Readonly<Record<string, string>> = {
  replicas: 'has no effect: a service has one container on a device',
  restart_policy: 'has no effect; use restart',
  labels: 'has no effect: it is for services of a swarm; use labels',
};

/** The fields that apply to a network or volume of another owner. */
export const EXTERNAL_APPLIED: readonly string[] = ['external', 'name'];
export const BELONGS_TO_OTHERS = 'has no effect: it is external, and stays as it was made';
export const NAMED_BY_US = 'has no effect: names on the engine are ours';

/** Notes every field of a service that is not applied, with the reason. Fields that begin with `x-` are for others. */
export function noteUnapplied(composition: ServiceComposition, findings: FindingCollector): void {
  for (const field of unknownFields(composition, APPLIED_FIELDS)) {
    findings.notice(
      field,
      (Object.hasOwn(REASONS, field) ? REASONS[field] : null) ?? 'is not supported and has no effect',
    );
  }
  const { deploy = {} } = composition;
  const { limits = {}, reservations = {} } = deploy.resources ?? {};
  const parts: readonly (readonly [path: string, part: object, applied: readonly string[]])[] = [
    ['deploy', deploy, ['resources', ...(deploy.replicas === 1 ? ['replicas'] : [])]],
    ['deploy.resources', deploy.resources ?? {}, ['limits', 'reservations']],
    ['deploy.resources.limits', limits, ['cpus', 'memory', 'pids']],
    ['deploy.resources.reservations', reservations, ['memory', 'devices']],
  ];
  for (const [path, part, applied] of parts) {
    for (const field of unknownFields(part, new Set(applied))) {
      const reason = path === 'deploy' && Object.hasOwn(DEPLOY_REASONS, field) ? DEPLOY_REASONS[field] : null;
      findings.notice(`${path}.${field}`, reason ?? 'has no effect on a single device');
    }
  }
  noteUnappliedParts(composition, findings);
  for (const path of withoutValue(composition.environment ?? {})) {
    findings.notice(
      `environment${path}`,
      "has no effect: it has no value here, and a device has no shell's to give it",
    );
  }
}

/** Where variables are whose values a compose file leaves to the shell that it is used in. */
function withoutValue(environment: ListOrMap): string[] {
  // A list entry without `=` may be a misspelt value, and a secret.
  if (isList(environment)) return environment.flatMap((entry, index) => (entry.includes('=') ? [] : [`[${index}]`]));
  return Object.keys(environment).flatMap((name) => (environment[name] === null ? [`.${name}`] : []));
}

/** The known parts of fields. */
const APPLIED_OF_PORT = new Set(['target', 'published', 'host_ip', 'protocol']);
const APPLIED_OF_HEALTHCHECK = new Set([
  'test',
  'interval',
  'timeout',
  'start_period',
  'start_interval',
  'retries',
  'disable',
]);
const APPLIED_OF_DEPENDENCY = new Set(['condition', 'required']);
const APPLIED_OF_BLKIO = new Set([
  'weight',
  'weight_device',
  'device_read_bps',
  'device_write_bps',
  'device_read_iops',
  'device_write_iops',
]);
const APPLIED_OF_BLKIO_DEVICE = new Set(['path', 'rate', 'weight']);
const APPLIED_OF_ULIMIT = new Set(['soft', 'hard']);

function noteUnappliedParts(composition: ServiceComposition, findings: FindingCollector): void {
  const { ports = [], healthcheck = {}, ulimits = {} } = composition;
  const { depends_on: dependencies = {}, blkio_config: blkio = {} } = composition;
  const parts: readonly (readonly [path: string, part: unknown, applied: ReadonlySet<string>])[] = [
    ...ports.map((port, index) => [`ports[${index}]`, port, APPLIED_OF_PORT] as const),
    ['healthcheck', healthcheck, APPLIED_OF_HEALTHCHECK],
    ...(Array.isArray(dependencies) ? [] : Object.entries(dependencies)).map(
      ([name, options]) => [`depends_on.${name}`, options, APPLIED_OF_DEPENDENCY] as const,
    ),
    ['blkio_config', blkio, APPLIED_OF_BLKIO],
    ...Object.entries(blkio).flatMap(([field, devices]) =>
      (Array.isArray(devices) ? devices : []).map(
        (device: unknown, index) => [`blkio_config.${field}[${index}]`, device, APPLIED_OF_BLKIO_DEVICE] as const,
      ),
    ),
    ...Object.entries(ulimits).map(([name, limit]) => [`ulimits.${name}`, limit, APPLIED_OF_ULIMIT] as const),
  ];
  for (const [path, part, applied] of parts) {
    if (typeof part !== 'object' || part === null) continue;
    for (const field of unknownFields(part, applied)) {
      findings.notice(`${path}.${field}`, 'is not supported and has no effect');
    }
  }
}

/** Of a service with a terminal an engine gives out everything as stdout: there is no line of stderr to send. */
export function noteLogsLevel({ environment, tty }: ContainerConfig, findings: FindingCollector): void {
  const level = environment['BALENA_LOGS_LEVEL'] ?? '';
  if (!tty || !/^err(or)?$/i.test(level)) return;
  findings.notice(
    'environment.BALENA_LOGS_LEVEL',
    `${level} sends no line of a service with a terminal; set tty: false`,
  );
}

/** Fields of an object that are not read. */
export function unknownFields(composition: object, known: ReadonlySet<string>): string[] {
  return Object.keys(composition).filter((field) => !known.has(field) && !field.startsWith('x-'));
}

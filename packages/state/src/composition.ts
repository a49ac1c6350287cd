import * as z from 'zod';
import { holdsMoreThan } from './document-faults.ts';
import { HostName } from './identifiers.ts';

/*
 * Shapes of a compose file's objects, as the cloud and developers send them. Only shapes: what a value means, and
 * whether it can be applied, is decided where a service is turned into a container's configuration.
 *
 * YAML reads words without quotes as other types (`123`, `on`), and stored releases hold what it read: a number or a
 * boolean counts as its text, as deployed agents have it.
 */

const Text = z.union([z.string(), z.union([z.number(), z.boolean()]).transform(String)], 'must be a string');
const Count = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ],
  'must be a number',
);
const Flag = z.union(
  [z.boolean(), z.stringbool(), z.literal([0, 1]).transform((value) => value === 1)],
  'must be true or false',
);
/** YAML's unquoted `no` is `false`. */
const Restart = z.union([z.boolean().transform((value) => (value ? 'always' : 'no')), z.string()], 'must be a string');
/** A size such as `64m`, or bytes. */
const Size = z.union([z.number(), z.string()], 'must be a number of bytes or a size such as 64m');
/** A duration such as `1m30s`. */
const Duration = z.union([z.string(), z.number()], 'must be a duration such as 1m30s');
const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const TextList = z.array(Text);
const TextOrList = z.union([Text, TextList], 'must be a string or a list of strings');
const ListOrMap = z.union([TextList, z.record(z.string(), Scalar)], 'must be a list of KEY=value or a map');

const PortObject = z.looseObject({
  target: Count,
  published: z.union([z.number(), z.string()]).optional(),
  host_ip: Text.optional(),
  protocol: Text.optional(),
  mode: Text.optional(),
});
const VolumeMountObject = z.looseObject({
  type: Text,
  source: Text.optional(),
  target: Text,
  read_only: Flag.optional(),
  bind: z
    .looseObject({ propagation: Text.optional(), selinux: Text.optional(), create_host_path: Flag.optional() })
    .optional(),
  volume: z.looseObject({ nocopy: Flag.optional(), subpath: Text.optional() }).optional(),
  tmpfs: z.looseObject({ size: Size.optional(), mode: Count.optional() }).optional(),
});
const Dependency = z.looseObject({ condition: Text.optional(), required: Flag.optional() });
const Endpoint = z.looseObject({
  aliases: TextList.optional(),
  ipv4_address: Text.optional(),
  ipv6_address: Text.optional(),
  link_local_ips: TextList.optional(),
  priority: Count.optional(),
  mac_address: Text.optional(),
  driver_opts: z.record(z.string(), Scalar).optional(),
  gw_priority: Count.optional(),
});
/** A command that is run in the container after its start, or before its stop. */
const HookComposition = z.looseObject({
  command: TextOrList,
  user: z.union([z.number(), Text]).optional(),
  privileged: Flag.optional(),
  working_dir: Text.optional(),
  environment: ListOrMap.optional(),
});
export type HookComposition = z.infer<typeof HookComposition>;

const HealthcheckComposition = z.looseObject({
  test: TextOrList.optional(),
  interval: Duration.optional(),
  timeout: Duration.optional(),
  start_period: Duration.optional(),
  start_interval: Duration.optional(),
  retries: Count.optional(),
  disable: Flag.optional(),
});

/** A config or secret of the release, as a service has it. */
const FileUse = z.union(
  [
    Text,
    z.looseObject({
      source: Text,
      target: Text.optional(),
      uid: z.union([z.number(), Text]).optional(),
      gid: z.union([z.number(), Text]).optional(),
      mode: z.union([z.number(), Text]).optional(),
    }),
  ],
  'must be a name, or a map with source',
);
const DeviceObject = z.looseObject({
  source: Text,
  target: Text.optional(),
  permissions: Text.optional(),
});
/** Devices that a driver hands out, e.g. GPUs. */
const DeviceRequest = z.looseObject({
  driver: Text.optional(),
  count: z.union([Count, z.literal('all')], 'must be a number or all').optional(),
  device_ids: TextList.optional(),
  capabilities: TextList.optional(),
  options: ListOrMap.optional(),
});
const Cpus = z.union([z.number(), Text], 'must be a number of CPUs');
const Deployment = z.looseObject({
  replicas: Count.optional(),
  resources: z
    .looseObject({
      limits: z.looseObject({ cpus: Cpus.optional(), memory: Size.optional(), pids: Count.optional() }).optional(),
      reservations: z.looseObject({ memory: Size.optional(), devices: z.array(DeviceRequest).optional() }).optional(),
    })
    .optional(),
});
const DeviceRate = z.looseObject({ path: Text, rate: Size });
const BlkioConfig = z.looseObject({
  weight: Count.optional(),
  weight_device: z.array(z.looseObject({ path: Text, weight: Count })).optional(),
  device_read_bps: z.array(DeviceRate).optional(),
  device_write_bps: z.array(DeviceRate).optional(),
  device_read_iops: z.array(DeviceRate).optional(),
  device_write_iops: z.array(DeviceRate).optional(),
});
/** A value of the field, or its names for hosts: a list of `name:address`, or a map to one address or more. */
const HostList = z.union(
  [TextList, z.record(z.string(), z.union([Scalar, TextList]))],
  'must be a list of name:address or a map',
);

/** A compose service object; keys that are not listed are kept as they came. */
export const ServiceComposition = z
  .preprocess(
    withoutNulls,
    z.looseObject({
      annotations: ListOrMap.optional(),
      attach: Flag.optional(),
      blkio_config: BlkioConfig.optional(),
      cap_add: TextList.optional(),
      cap_drop: TextList.optional(),
      cgroup: Text.optional(),
      cgroup_parent: Text.optional(),
      command: TextOrList.optional(),
      configs: z.array(FileUse).optional(),
      cpu_period: Count.optional(),
      cpu_quota: Count.optional(),
      cpu_rt_period: Duration.optional(),
      cpu_rt_runtime: Duration.optional(),
      cpu_shares: Count.optional(),
      cpus: Cpus.optional(),
      cpuset: Text.optional(),
      depends_on: z
        .union([TextList, z.record(z.string(), Dependency)], 'must be a list of services or a map')
        .optional(),
      deploy: Deployment.optional(),
      device_cgroup_rules: TextList.optional(),
      devices: z.array(z.union([Text, DeviceObject], 'must be a device such as /dev/ttyUSB0, or a map')).optional(),
      dns: TextOrList.optional(),
      dns_opt: TextList.optional(),
      dns_search: TextOrList.optional(),
      domainname: Text.pipe(HostName).optional(),
      entrypoint: TextOrList.optional(),
      environment: ListOrMap.optional(),
      expose: z.array(z.union([Text, z.number()])).optional(),
      extra_hosts: HostList.optional(),
      gpus: z.union([z.literal('all'), z.array(DeviceRequest)], 'must be all or a list of devices').optional(),
      group_add: z.array(z.union([Text, z.number()])).optional(),
      healthcheck: HealthcheckComposition.optional(),
      hostname: Text.pipe(HostName).optional(),
      image: Text.optional(),
      init: Flag.optional(),
      ipc: Text.optional(),
      labels: ListOrMap.optional(),
      mac_address: Text.optional(),
      mem_limit: Size.optional(),
      mem_reservation: Size.optional(),
      mem_swappiness: Count.optional(),
      memswap_limit: Size.optional(),
      network_mode: Text.optional(),
      networks: z
        .union([TextList, z.record(z.string(), Endpoint.nullable())], 'must be a list of networks or a map')
        .optional(),
      oom_kill_disable: Flag.optional(),
      oom_score_adj: Count.optional(),
      pid: Text.optional(),
      pids_limit: Count.optional(),
      post_start: z.array(HookComposition).optional(),
      pre_stop: z.array(HookComposition).optional(),
      ports: z
        .array(z.union([z.number(), Text, PortObject], 'must be a port such as 80:8080, or a map with target'))
        .optional(),
      privileged: Flag.optional(),
      profiles: TextList.optional(),
      pull_policy: Text.optional(),
      read_only: Flag.optional(),
      restart: Restart.optional(),
      runtime: Text.optional(),
      secrets: z.array(FileUse).optional(),
      security_opt: TextList.optional(),
      shm_size: Size.optional(),
      stdin_open: Flag.optional(),
      stop_grace_period: Duration.optional(),
      stop_signal: Text.optional(),
      storage_opt: z.record(z.string(), Scalar).optional(),
      sysctls: ListOrMap.optional(),
      tmpfs: TextOrList.optional(),
      tty: Flag.optional(),
      ulimits: z.record(z.string(), z.union([Count, z.looseObject({ soft: Count, hard: Count })])).optional(),
      user: z.union([Text, z.number()]).optional(),
      userns_mode: Text.optional(),
      uts: Text.optional(),
      volumes: z
        .array(z.union([Text, VolumeMountObject], 'must be a volume such as data:/data, or a map with type and target'))
        .optional(),
      volumes_from: TextList.optional(),
      working_dir: Text.optional(),
    }),
  )
  .meta({ id: 'ServiceComposition' });
export type ServiceComposition = z.infer<typeof ServiceComposition>;

/** `true`, or in the old form the name. */
const External = z.union([Flag, z.looseObject({ name: Text.optional() })], 'must be true or false');

/** A compose network object; `null` means all defaults. */
export const NetworkComposition = z
  .preprocess(
    withoutNulls,
    z.looseObject({
      name: Text.optional(),
      external: External.optional(),
      driver: Text.optional(),
      driver_opts: z.record(z.string(), Scalar).optional(),
      enable_ipv6: Flag.optional(),
      internal: Flag.optional(),
      config_only: Flag.optional(),
      labels: ListOrMap.optional(),
      ipam: z
        .looseObject({
          driver: Text.optional(),
          config: z
            .array(
              z.looseObject({
                subnet: Text.optional(),
                gateway: Text.optional(),
                ip_range: Text.optional(),
                aux_addresses: z.record(z.string(), Text).optional(),
              }),
            )
            .optional(),
          options: z.record(z.string(), Scalar).optional(),
        })
        .optional(),
    }),
  )
  .meta({ id: 'NetworkComposition' });
export type NetworkComposition = z.infer<typeof NetworkComposition>;

/** A compose volume object; `null` means all defaults. */
export const VolumeComposition = z
  .preprocess(
    withoutNulls,
    z.looseObject({
      name: Text.optional(),
      external: External.optional(),
      driver: Text.optional(),
      driver_opts: z.record(z.string(), Scalar).optional(),
      labels: ListOrMap.optional(),
    }),
  )
  .meta({ id: 'VolumeComposition' });
export type VolumeComposition = z.infer<typeof VolumeComposition>;

/** A config or secret of a release. Only what it holds in itself reaches a device. */
export const FileComposition = z
  .preprocess(
    withoutNulls,
    z.looseObject({
      content: Text.optional(),
      file: Text.optional(),
      environment: Text.optional(),
      external: External.optional(),
    }),
  )
  .meta({ id: 'FileComposition' });
export type FileComposition = z.infer<typeof FileComposition>;

/** Values in one object; a fault in each would take megabytes to describe. */
const MOST_VALUES = 5_000;

/** Clients send `command: null` for a field that the compose file leaves out, and `null` for an empty object. */
function withoutNulls(value: unknown, context: z.RefinementCtx): unknown {
  if (value === null || value === undefined) return {};
  if (holdsMoreThan(MOST_VALUES, value)) {
    context.addIssue(`holds more than ${MOST_VALUES} values; leave out what the service does not need`);
    return z.NEVER;
  }
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

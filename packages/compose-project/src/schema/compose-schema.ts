/*
 * The fields of the compose specification, to tell a misspelt field from one that is not supported. From the JSON schema of
 * compose-go, commit 0035625 (2.13). How a field applies is decided where a service becomes a container, and on the page
 * docs/compose-fields.md.
 */

/**
 * Fields of a map, or of each map in a list: what is known of their values. `null`: nothing, so that any value is taken.
 * The name `*` stands for all names.
 */
export interface Fields {
  readonly [name: string]: Fields | null;
}

function named(names: string): Fields {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, null]));
}

const HOOK = named('command user privileged working_dir environment');
const DEVICE_REQUEST = named('capabilities count device_ids driver options');
const FILE_USE = named('source target uid gid mode');
const ULIMITS: Fields = { '*': named('soft hard') };
const RATES = named('path rate');
const UPDATE = named('parallelism delay failure_action monitor max_failure_ratio order');
const EXTERNAL = named('name');

const BUILD: Fields = {
  ...named(
    `context dockerfile dockerfile_inline entitlements args ssh labels cache_from cache_to no_cache additional_contexts
    network provenance sbom pull target shm_size extra_hosts isolation privileged tags platforms`,
  ),
  secrets: FILE_USE,
  ulimits: ULIMITS,
};

const DEPLOY: Fields = {
  ...named('mode endpoint_mode replicas labels'),
  rollback_config: UPDATE,
  update_config: UPDATE,
  resources: {
    limits: named('cpus memory pids'),
    reservations: {
      ...named('cpus memory'),
      generic_resources: { discrete_resource_spec: named('kind value') },
      devices: DEVICE_REQUEST,
    },
  },
  restart_policy: named('condition delay max_attempts window'),
  placement: { ...named('constraints max_replicas_per_node'), preferences: named('spread') },
};

export const SERVICE_FIELDS: Fields = {
  ...named(
    `annotations attach cap_add cap_drop cgroup cgroup_parent command container_name cpu_count cpu_percent cpu_period
    cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset device_cgroup_rules dns dns_opt dns_search domainname
    entrypoint environment expose external_links extra_hosts group_add hostname image init ipc isolation label_file labels
    links mac_address mem_limit mem_reservation mem_swappiness memswap_limit network_mode oom_kill_disable oom_score_adj
    pid pids_limit platform privileged profiles pull_policy pull_refresh_after read_only restart runtime scale security_opt
    shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty use_api_socket user userns_mode uts
    volumes_from working_dir`,
  ),
  blkio_config: {
    weight: null,
    weight_device: named('path weight'),
    device_read_bps: RATES,
    device_read_iops: RATES,
    device_write_bps: RATES,
    device_write_iops: RATES,
  },
  build: BUILD,
  configs: FILE_USE,
  credential_spec: named('config file registry'),
  depends_on: { '*': named('condition required restart') },
  deploy: DEPLOY,
  develop: { watch: { ...named('ignore include path action target initial_sync'), exec: HOOK } },
  devices: named('source target permissions'),
  env_file: named('path format required'),
  extends: named('service file'),
  gpus: DEVICE_REQUEST,
  healthcheck: named('disable interval retries test timeout start_period start_interval'),
  logging: named('driver options'),
  models: { '*': named('endpoint_var model_var') },
  networks: {
    '*': named(
      'aliases interface_name ipv4_address ipv6_address link_local_ips mac_address driver_opts priority gw_priority',
    ),
  },
  ports: named('name mode host_ip target published protocol app_protocol'),
  post_start: HOOK,
  pre_stop: HOOK,
  provider: named('type options'),
  secrets: FILE_USE,
  ulimits: ULIMITS,
  volumes: {
    ...named('type source target read_only consistency'),
    bind: named('propagation create_host_path recursive selinux'),
    volume: named('labels nocopy subpath'),
    tmpfs: named('size mode'),
    image: named('subpath'),
  },
};

/** The whole of a compose file. `config_only` of a network is a field of devices. */
export const COMPOSE_FIELDS: Fields = {
  version: null,
  name: null,
  include: named('path env_file project_directory'),
  services: { '*': SERVICE_FIELDS },
  networks: {
    '*': {
      ...named('name driver driver_opts internal enable_ipv4 enable_ipv6 attachable labels config_only'),
      external: EXTERNAL,
      ipam: { ...named('driver options'), config: named('subnet ip_range gateway aux_addresses') },
    },
  },
  volumes: { '*': { ...named('name driver driver_opts labels'), external: EXTERNAL } },
  configs: { '*': { ...named('name content environment file labels template_driver'), external: EXTERNAL } },
  secrets: {
    '*': {
      ...named('name content environment file labels driver driver_opts template_driver'),
      external: EXTERNAL,
    },
  },
  models: { '*': named('name model context_size runtime_flags') },
};

/*
 * How docker compose and balena's builder take each field. Facts about other programs, as of docker compose 5 on one engine,
 * and @balena/compose-parser 0.2.6 with the service fields of the public contract.
 */

/** Fields without an effect on one Linux engine. */
const NOT_BY_COMPOSE = prefixes(`
  services.cpu_count services.cpu_percent services.credential_spec services.isolation services.build.isolation
  services.deploy.mode services.deploy.endpoint_mode services.deploy.labels services.deploy.rollback_config
  services.deploy.update_config services.deploy.placement services.deploy.resources.reservations.generic_resources
  services.deploy.resources.reservations.cpus services.ports.mode services.ports.name services.ports.app_protocol
  services.volumes.consistency configs.template_driver configs.labels configs.external secrets.template_driver
  secrets.labels secrets.driver secrets.driver_opts secrets.external networks.config_only version`);

/** The builder refuses the whole release. */
const REFUSED_BY_BALENA = prefixes(`
  services.blkio_config services.configs services.cpu_count services.cpu_percent services.cpu_period
  services.credential_spec services.deploy services.develop services.external_links services.gpus services.isolation
  services.links services.logging services.mem_swappiness services.memswap_limit services.oom_kill_disable
  services.platform services.pull_policy services.runtime services.scale services.secrets services.stdin_open
  services.storage_opt services.depends_on.condition services.depends_on.required services.depends_on.restart
  services.networks.link_local_ips services.volumes.bind services.volumes.volume services.volumes.tmpfs
  services.volumes.image services.build.additional_contexts services.build.cache_to services.build.dockerfile_inline
  services.build.entitlements services.build.isolation services.build.network services.build.no_cache
  services.build.platforms services.build.privileged services.build.pull services.build.secrets services.build.ssh
  services.build.tags services.build.ulimits networks.attachable networks.external networks.enable_ipv4
  networks.enable_ipv6 networks.ipam.config.aux_addresses volumes.external configs secrets`);

const IGNORED_BY_BALENA = prefixes(`
  services.container_name services.expose services.ports.name services.ports.app_protocol services.ports.mode
  services.attach services.models services.provider services.use_api_socket services.pull_refresh_after
  services.volumes.consistency services.build.provenance services.build.sbom services.healthcheck.start_interval
  networks.name networks.config_only volumes.name models name version`);

export function byCompose(path: string): string {
  return NOT_BY_COMPOSE.some((prefix) => isBelow(path, prefix)) ? 'no effect' : 'applied';
}

export function byBalena(path: string): string {
  if (REFUSED_BY_BALENA.some((prefix) => isBelow(path, prefix))) return 'refused';
  return IGNORED_BY_BALENA.some((prefix) => isBelow(path, prefix)) ? 'no effect' : 'applied';
}

function prefixes(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`);
}

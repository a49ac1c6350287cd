/**
 * How two values of one field are merged.
 *
 * - `replace`: the later one counts.
 * - `key-values`: a list of `KEY=value` or a map, by key.
 * - `names`: a list of names or a map, by name.
 * - `ports`, `mounts`, `files`: lists in which the later one of two entries for the same port or target counts.
 * - `distinct`: one text or a list; each text counts once.
 * - `build`, `logging`: see docker compose.
 * - `default`: maps by key, lists one after the other, else the later one.
 */
export type MergeRule =
  | 'replace'
  | 'key-values'
  | 'names'
  | 'ports'
  | 'mounts'
  | 'files'
  | 'distinct'
  | 'build'
  | 'logging'
  | 'default';

/** The rule for the field at a path of the document, e.g. `['services', 'web', 'command']`. */
export function mergeRule(path: readonly string[]): MergeRule {
  const [section, , ...field] = path;
  const rules = section === 'services' ? SERVICE_RULES : section === undefined ? undefined : RESOURCE_RULES;
  return rules?.get(field.join('.')) ?? 'default';
}

const SERVICE_RULES: ReadonlyMap<string, MergeRule> = new Map([
  ['command', 'replace'],
  ['entrypoint', 'replace'],
  ['healthcheck.test', 'replace'],
  ['environment', 'key-values'],
  ['labels', 'key-values'],
  ['annotations', 'key-values'],
  ['sysctls', 'key-values'],
  ['build', 'build'],
  ['build.args', 'key-values'],
  ['build.labels', 'key-values'],
  ['build.additional_contexts', 'key-values'],
  ['deploy.labels', 'key-values'],
  ['depends_on', 'names'],
  ['networks', 'names'],
  ['models', 'names'],
  ['logging', 'logging'],
  ['ports', 'ports'],
  ['volumes', 'mounts'],
  ['secrets', 'files'],
  ['configs', 'files'],
  ['build.secrets', 'files'],
  ...`cap_add cap_drop devices device_cgroup_rules dns dns_opt dns_search env_file expose external_links extra_hosts
  group_add label_file links profiles security_opt tmpfs volumes_from build.cache_from build.cache_to build.entitlements
  build.extra_hosts build.platforms build.ssh build.tags`
    .split(/\s+/)
    .map((field): [string, MergeRule] => [field, 'distinct']),
]);

/** Fields of networks, volumes, secrets and configs. */
const RESOURCE_RULES: ReadonlyMap<string, MergeRule> = new Map([['labels', 'key-values']]);

import type { ServiceComposition, TargetRelease } from '@device-supervisor/state';
import type { ContainerConfig } from '../container-config.ts';
import { FieldError } from './field-error.ts';
import { toMap } from './list-or-map.ts';
import { peerIn } from './peers.ts';
import { hasApi, type ReadContext } from './read-context.ts';
import { readDeviceRequests, readDevices } from './read-devices.ts';

type HostAccessConfig = Pick<
  ContainerConfig,
  | 'privileged'
  | 'capAdd'
  | 'capDrop'
  | 'securityOpt'
  | 'devices'
  | 'deviceCgroupRules'
  | 'deviceRequests'
  | 'ipc'
  | 'pid'
  | 'uts'
  | 'usernsMode'
  | 'cgroupNamespace'
  | 'runtime'
  | 'annotations'
>;

/** The namespaces that can be asked for; of other containers those of the same release can be shared. */
const MODES = {
  ipc: ['none', 'private', 'shareable', 'host', 'service:<name>'],
  pid: ['host', 'service:<name>'],
  uts: ['host'],
  userns_mode: ['host'],
  cgroup: ['host', 'private'],
} as const;

/** The fields that say what of the host and the kernel the container may reach. */
export function readHostAccess(
  composition: ServiceComposition,
  context: ReadContext & { readonly release: TargetRelease },
): HostAccessConfig {
  const { findings } = context;
  const mode = (field: keyof typeof MODES): string => {
    const value = composition[field] ?? '';
    const allowed: readonly string[] = MODES[field];
    if (value === '' || (allowed.includes(value) && !value.includes('<'))) return value;
    const peer = allowed.includes('service:<name>') ? peerIn(value) : null;
    if (peer !== null && Object.hasOwn(context.release.services, peer)) return value;
    if (peer !== null) {
      findings.problem(field, `there is no service '${peer}'`);
      return '';
    }
    findings.problem(field, `'${value}' is not supported; use ${allowed.join(', ')}`);
    return '';
  };
  return {
    privileged: composition.privileged ?? false,
    capAdd: capabilities(composition.cap_add),
    capDrop: capabilities(composition.cap_drop),
    securityOpt: readSecurityOptions(composition, findings),
    devices: readDevices(composition, findings),
    deviceCgroupRules: findings
      .readEach('device_cgroup_rules', composition.device_cgroup_rules ?? [], (rule) => [readRule(rule)])
      .sort(),
    deviceRequests: readDeviceRequests(composition, findings),
    // Deployed apps rely on it: other services of theirs share it.
    ipc: mode('ipc') || 'shareable',
    pid: mode('pid'),
    uts: mode('uts'),
    usernsMode: mode('userns_mode'),
    cgroupNamespace: mode('cgroup'),
    runtime: composition.runtime ?? '',
    annotations: readAnnotations(composition, context),
  };
}

function readRule(rule: string): string {
  if (/^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(rule)) return rule;
  throw new FieldError(`'${rule}' is not a rule for devices; write e.g. c 189:* rmw`);
}

function readAnnotations(
  { annotations }: ServiceComposition,
  { findings, abilities }: ReadContext,
): Record<string, string> {
  const read = toMap(annotations);
  if (Object.keys(read).length === 0 || hasApi(abilities, '1.43')) return read;
  findings.notice('annotations', 'have no effect: the engine is too old for them');
  return {};
}

function capabilities(names: readonly string[] = []): string[] {
  return [...new Set(names.map((name) => name.toUpperCase().replace(/^CAP_/, '')))].sort();
}

/** Labels of a security module belong to the host's policy, which the app does not know. */
function readSecurityOptions(
  { security_opt: options = [] }: ServiceComposition,
  findings: ReadContext['findings'],
): string[] {
  const isLabel = (option: string): boolean => /^label[=:]/.test(option);
  for (const [index, option] of options.entries()) {
    if (isLabel(option)) findings.notice(`security_opt[${index}]`, `${option} has no effect: labels are the host's`);
  }
  return options.filter((option) => !isLabel(option)).sort();
}

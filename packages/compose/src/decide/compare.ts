import type {
  ContainerConfig,
  NetworkConfig,
  NetworkEndpoint,
  Resources,
  UpdatableConfig,
  VolumeConfig,
} from '../container-config.ts';
import { onlyCurrentLabels } from '../spec/names.ts';
import { isCompared } from '../spec/service-environment.ts';

/** Fields whose values may hold secrets, or are too long to print. */
const VALUE_HIDDEN = new Set(['command', 'entrypoint', 'healthcheck']);
/** Fields of which only the differing keys are printed. */
const PRINTED_BY_KEY = new Set([
  'annotations',
  'blkio',
  'environment',
  'labels',
  'networks',
  'storageOpt',
  'sysctls',
  'tmpfs',
]);
/** Fields of which the differing keys are printed, with their values. */
const PRINTED_WITH_VALUES = new Set(['cpuRealtime', 'resources', 'restart']);

/** Labels with our own notes about a container; they are not part of what the target asks for. */
const PRIVATE_LABELS = 'io.balena.private.';

/** Defaults of engines; other supervisors write them into their containers. */
const ENGINE_STOP_SIGNAL = 'SIGTERM';
/** Seconds. */
const ENGINE_STOP_TIMEOUT = 10;

/** Differences between two containers' configurations as text, one per field; values of variables are not printed. */
export function compareContainers(current: ContainerConfig, wanted: ContainerConfig): string[] {
  return compareFields(withoutUncompared(current), withoutUncompared(wanted));
}

/** Differences between two networks' configurations. */
export function compareNetworks(current: NetworkConfig, wanted: NetworkConfig): string[] {
  return compareFields(current, wanted);
}

/** Differences between two volumes' configurations. */
export function compareVolumes(current: VolumeConfig, wanted: VolumeConfig): string[] {
  return compareFields(current, wanted);
}

/** The changes that make a container match without a replacement; `null`: that is not possible. */
export function updateInPlace(current: ContainerConfig, wanted: ContainerConfig): UpdatableConfig | null {
  const { resources, restart } = wanted;
  const onlyThese = compareContainers({ ...current, resources, restart }, wanted).length === 0;
  return onlyThese && canChange(current.resources, resources) ? { resources, restart } : null;
}

/** Whether the change can make the kernel end processes of the container. */
export function isTightened(current: Resources, wanted: Resources): boolean {
  const limit = ({ memory }: Resources): number => (memory === 0 ? Infinity : memory);
  return limit(wanted) < limit(current);
}

/**
 * Engines read 0 as "leave it as it is", so removing a limit needs another container. A number of CPUs (`nanoCpus`) and a
 * CPU quota do not replace each other either.
 */
function canChange(current: Resources, wanted: Resources): boolean {
  const before = new Map(Object.entries(current));
  const changed = Object.entries(wanted).filter(([limit, value]) => before.get(limit) !== value);
  return changed.every(([, value]) => value !== 0 && value !== '') && canChangeSwap(current, wanted);
}

/** A container that was created without a swap limit shows the one that the engine or the kernel chose. */
function canChangeSwap({ memorySwap: current }: Resources, { memorySwap: wanted }: Resources): boolean {
  return current === wanted || (current !== 0 && wanted > 0);
}

function compareFields<T extends object>(current: T, wanted: T): string[] {
  const after = entriesOf(wanted);
  const differences: string[] = [];
  for (const [field, before] of Object.entries(current)) {
    if (!isEqual(before, after.get(field))) differences.push(describe(field, before, after.get(field)));
    after.delete(field);
  }
  for (const [field, value] of after) if (value !== undefined) differences.push(describe(field, undefined, value));
  return differences;
}

function describe(field: string, before: unknown, after: unknown): string {
  if (PRINTED_BY_KEY.has(field)) return `${field} ${differingKeys(before, after).join(', ')}`;
  if (PRINTED_WITH_VALUES.has(field)) {
    const [old, fresh] = [entriesOf(before), entriesOf(after)];
    const keys = differingKeys(before, after);
    return `${field} ${keys.map((key) => `${key} ${print(old.get(key))} → ${print(fresh.get(key))}`).join(', ')}`;
  }
  const short = [before, after].every((value) => value === null || typeof value !== 'object');
  return short && !VALUE_HIDDEN.has(field) ? `${field} ${print(before)} → ${print(after)}` : field;
}

function print(value: unknown): string {
  return value === '' || value === null || value === undefined
    ? 'unset'
    : JSON.stringify(value).replace(/^"(.*)"$/, '$1');
}

function differingKeys(before: unknown, after: unknown): string[] {
  const [a, b] = [entriesOf(before), entriesOf(after)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => !isEqual(a.get(key), b.get(key))).sort();
}

function entriesOf(value: unknown): Map<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/**
 * Deep equality of plain data; a key with the value `undefined` counts as absent. It makes no copies: every plan compares
 * every field of every container.
 */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  for (const key in a) if (!isEqual(a[key], b[key])) return false;
  for (const key in b) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function withoutUncompared(config: ContainerConfig): ContainerConfig {
  const environment = Object.entries(config.environment).filter(([name]) => isCompared(name));
  const labels = Object.entries(onlyCurrentLabels(config.labels)).filter(([name]) => !name.startsWith(PRIVATE_LABELS));
  const base: ContainerConfig = {
    ...config,
    environment: Object.fromEntries(environment),
    labels: Object.fromEntries(labels),
    // The image's defaults are part of both, so an engine treats each of these pairs alike.
    entrypoint: config.entrypoint?.length === 0 ? null : config.entrypoint,
    command: config.command?.length === 0 ? null : config.command,
    healthcheck: config.healthcheck?.test[0] === 'NONE' ? null : config.healthcheck,
    stopSignal: config.stopSignal === ENGINE_STOP_SIGNAL ? '' : config.stopSignal,
    stopTimeout: config.stopTimeout === ENGINE_STOP_TIMEOUT ? null : config.stopTimeout,
  };
  // A container that shares another one's network stack shows the names of its owner.
  if (config.networkMode.startsWith('container:')) return { ...base, hostname: '', domainname: '', macAddress: '' };
  // Engines add a container's hostname to its aliases.
  const networks = Object.entries(config.networks).map(([name, endpoint]): [string, NetworkEndpoint] => [
    name,
    { ...endpoint, aliases: endpoint.aliases.filter((alias) => alias !== config.hostname) },
  ]);
  return { ...base, networks: Object.fromEntries(networks) };
}

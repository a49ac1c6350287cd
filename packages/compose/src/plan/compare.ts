import type { ContainerConfig, NetworkConfig, NetworkEndpoint, VolumeConfig } from '../container-config.ts';
import { isCompared } from '../spec/service-environment.ts';

/** Fields whose values may hold secrets, or are too long to print. */
const VALUE_HIDDEN = new Set(['command', 'entrypoint', 'healthcheck']);
/** Fields that are printed by the keys which differ. */
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
/** Fields that are printed by the keys which differ, with their values. */
const PRINTED_WITH_VALUES = new Set(['cpuRealtime', 'resources', 'restart']);

/** Labels by which we remember something about a container; they say nothing of what it shall be. */
const PRIVATE_LABELS = 'io.balena.private.';

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
 * Deep equality of plain data; a key with the value `undefined` is one that is not there. Every plan asks it for every
 * field of every container, so it makes no copies.
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
  const labels = Object.entries(config.labels).filter(([name]) => !name.startsWith(PRIVATE_LABELS));
  const base = { ...config, environment: Object.fromEntries(environment), labels: Object.fromEntries(labels) };
  // A container that borrows another's network stack shows that one's names as its own.
  if (config.networkMode.startsWith('container:')) return { ...base, hostname: '', domainname: '', macAddress: '' };
  // Engines add a container's hostname to its aliases.
  const networks = Object.entries(config.networks).map(([name, endpoint]): [string, NetworkEndpoint] => [
    name,
    { ...endpoint, aliases: endpoint.aliases.filter((alias) => alias !== config.hostname) },
  ]);
  return { ...base, networks: Object.fromEntries(networks) };
}

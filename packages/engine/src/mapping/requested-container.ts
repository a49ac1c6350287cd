import * as z from 'zod';
import type { ContainerConfig, Hook } from '@device-supervisor/compose';

const RequestedHook = z.object({
  command: z.array(z.string()),
  user: z.string(),
  privileged: z.boolean(),
  workingDir: z.string(),
  environment: z.record(z.string(), z.string()),
});

/** The requested values of the fields that an engine may fill in or drop. */
export const RequestedContainer = z.object({
  /** Fields whose value is ours and not the engine's default. */
  fields: z.array(z.string()).default([]),
  /** Names of those that are ours; engines add their default ones. */
  ulimits: z.array(z.string()).default([]),
  /** Those that are not at their default. */
  resources: z
    .object({
      memory: z.number(),
      memoryReservation: z.number(),
      memorySwap: z.number(),
      nanoCpus: z.number(),
      cpuShares: z.number(),
      cpuQuota: z.number(),
      cpuPeriod: z.number(),
      cpusetCpus: z.string(),
      pidsLimit: z.number(),
    })
    .partial()
    .default({}),
  /** Files that were to be put into it; their contents are not kept anywhere. */
  files: z
    .array(z.object({ path: z.string(), mode: z.number(), uid: z.number(), gid: z.number(), digest: z.string() }))
    .default([]),
  /** Commands that engines know nothing of. */
  postStart: z.array(RequestedHook).default([]),
  preStop: z.array(RequestedHook).default([]),
  /** Newer engines show addresses without telling whose choice they were. */
  macAddress: z.string().optional(),
  /** By network. */
  macAddresses: z.record(z.string(), z.string()).default({}),
  memorySwappiness: z.number().optional(),
  cpuRealtime: z.object({ period: z.number(), runtime: z.number() }).optional(),
  blkioWeight: z.number().optional(),
  blkioWeightDevices: z.array(z.object({ path: z.string(), weight: z.number() })).optional(),
});
export type RequestedContainer = z.output<typeof RequestedContainer>;
type RequestedField = 'cgroupNamespace' | 'hostname' | 'oomKillDisable' | 'runtime' | 'shmSize';

/** The part of a configuration to keep: see {@link RequestedContainer}. */
export function requestedOf(config: ContainerConfig): z.input<typeof RequestedContainer> {
  const fields: RequestedField[] = [];
  if (config.cgroupNamespace !== '') fields.push('cgroupNamespace');
  if (config.hostname !== '') fields.push('hostname');
  if (config.oomKillDisable) fields.push('oomKillDisable');
  if (config.runtime !== '') fields.push('runtime');
  if (config.shmSize !== 0) fields.push('shmSize');
  const { memorySwappiness, cpuRealtime, blkio } = config;
  const macAddresses = Object.fromEntries(
    Object.entries(config.networks).flatMap(([name, { macAddress }]) =>
      macAddress === undefined ? [] : [[name, macAddress]],
    ),
  );
  const resources = Object.entries(config.resources).filter(([, value]) => value !== 0 && value !== '');
  return {
    ...(fields.length === 0 ? {} : { fields }),
    ...(config.ulimits.length === 0 ? {} : { ulimits: config.ulimits.map(({ name }) => name) }),
    ...(resources.length === 0 ? {} : { resources: Object.fromEntries(resources) }),
    ...(config.files.length === 0 ? {} : { files: [...config.files] }),
    ...(config.postStart.length === 0 ? {} : { postStart: config.postStart.map(writeHook) }),
    ...(config.preStop.length === 0 ? {} : { preStop: config.preStop.map(writeHook) }),
    ...(config.macAddress === '' ? {} : { macAddress: config.macAddress }),
    ...(Object.keys(macAddresses).length === 0 ? {} : { macAddresses }),
    ...(memorySwappiness === null ? {} : { memorySwappiness }),
    ...(cpuRealtime.period === 0 && cpuRealtime.runtime === 0 ? {} : { cpuRealtime }),
    ...(blkio.weight === 0 ? {} : { blkioWeight: blkio.weight }),
    ...(blkio.weightDevices.length === 0 ? {} : { blkioWeightDevices: [...blkio.weightDevices] }),
  };
}

function writeHook({ command, environment, ...hook }: Hook): z.input<typeof RequestedHook> {
  return { ...hook, command: [...command], environment: { ...environment } };
}

/**
 * The value of a field, or `unset` when the engine chose it. On a container that another client created, a value which
 * engines are known to choose counts as chosen.
 */
export function unlessChosen<Value>(
  { requested }: { readonly requested: RequestedContainer | undefined },
  field: RequestedField,
  { value, unset, known }: { readonly value: Value; readonly unset: Value; readonly known: readonly Value[] },
): Value {
  const isOurs = requested === undefined ? !known.includes(value) : requested.fields.includes(field);
  return isOurs ? value : unset;
}

/** A limit, or what was asked for when the engine dropped it because the kernel has no support for it. */
export function unlessDropped<Value>(value: Value, asked: Value | undefined, dropped: readonly Value[]): Value {
  return asked !== undefined && dropped.includes(value) ? asked : value;
}

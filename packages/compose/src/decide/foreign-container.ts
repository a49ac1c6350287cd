import type { ContainerConfig } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { compareContainers } from './compare.ts';

/** Fields that the field's other supervisor does not apply: its containers have the engine's defaults there. */
const NOT_APPLIED = [
  'annotations',
  'blkio',
  'cgroupNamespace',
  'cpuRealtime',
  'deviceCgroupRules',
  'exposedPorts',
  'files',
  'memorySwappiness',
  'postStart',
  'preStop',
  'runtime',
  'stdinOpen',
  'uts',
  'volumesFrom',
] as const;

/** The configurations that a container is compared with. */
export interface Expectation {
  readonly config: ContainerConfig;
  /** The fields that take effect with the next change of the service; `null`: none. */
  readonly notice: string | null;
}

/**
 * A container that another supervisor created for this same release is right where it has everything which that supervisor
 * applies: taking over a device restarts nothing. The rest takes effect with the next release.
 */
export function expectationOf(
  current: ObservedContainer,
  { containerName }: Pick<ServiceSpec, 'containerName'>,
  wanted: ContainerConfig,
): Expectation {
  if (current.foreign !== true || current.name !== containerName) return { config: wanted, notice: null };
  const kept = Object.fromEntries(NOT_APPLIED.map((field) => [field, current.config[field]]));
  const config = { ...wanted, ...kept, healthcheck: withTimesOf(current.config.healthcheck, wanted.healthcheck) };
  const left = compareContainers(config, wanted);
  if (left.length === 0) return { config, notice: null };
  const notice = `was created by another supervisor; with the next change of the service it gets: ${left.join('; ')}`;
  return { config, notice };
}

type Healthcheck = ContainerConfig['healthcheck'];

function withTimesOf(current: Healthcheck, wanted: Healthcheck): Healthcheck {
  if (current === null || wanted === null) return wanted;
  return { ...wanted, startPeriod: current.startPeriod, startInterval: current.startInterval };
}

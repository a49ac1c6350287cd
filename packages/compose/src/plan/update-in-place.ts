import type { ContainerConfig, Resources, UpdatableConfig } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import { compareContainers } from './compare.ts';

/**
 * What to change on a container as it is, so that it becomes as wanted; `null`: that is not possible, it has to be
 * replaced.
 */
export function updateInPlace(current: ContainerConfig, wanted: ContainerConfig): UpdatableConfig | null {
  const { resources, restart } = wanted;
  const onlyThese = compareContainers({ ...current, resources, restart }, wanted).length === 0;
  return onlyThese && canChange(current.resources, resources) ? { resources, restart } : null;
}

/** Can the change make the kernel end processes of the container? */
export function isTightened(current: Resources, wanted: Resources): boolean {
  const limit = ({ memory }: Resources): number => (memory === 0 ? Infinity : memory);
  return limit(wanted) < limit(current);
}

export function updateContainerId({ name }: Pick<ObservedContainer, 'name'>): string {
  return `update-container ${name}`;
}

/**
 * Engines take 0 for 'leave it as it is', so a limit that shall be no more needs another container; with that CPUs as a
 * number (`nanoCpus`) and as a quota do not replace each other either.
 */
function canChange(current: Resources, wanted: Resources): boolean {
  const before = new Map(Object.entries(current));
  const changed = Object.entries(wanted).filter(([limit, value]) => before.get(limit) !== value);
  return changed.every(([, value]) => value !== 0 && value !== '') && canChangeSwap(current, wanted);
}

/** On a container that was created without it, a limit of swap looks like one that the engine or the kernel chose. */
function canChangeSwap({ memorySwap: current }: Resources, { memorySwap: wanted }: Resources): boolean {
  return current === wanted || (current !== 0 && wanted > 0);
}

import { isNameOfService, LABELS, withCurrentLabels } from '@device-supervisor/compose';
import { readName } from '../mapping/identity.ts';
import { isSupervised } from '../mapping/observed-container.ts';
import type { ContainerEntry } from '../wire/container-wire.ts';
import type { ImageEntry } from '../wire/engine-wire.ts';

/**
 * Divides containers into those of the supervisor and those of others. Labels alone do not tell: an image that was made
 * from one of our containers (`docker commit`) has its labels, and so has every container of that image. Such a container
 * is ours only with a name that a supervisor gives.
 */
export function divideContainers(
  entries: readonly ContainerEntry[],
  images: readonly Pick<ImageEntry, 'Id' | 'Labels'>[],
): { readonly ours: readonly ContainerEntry[]; readonly others: readonly ContainerEntry[] } {
  const labelled = new Set(images.filter(({ Labels }) => isSupervised(Labels)).map(({ Id }) => Id));
  const { ours = [], others = [] } = Object.groupBy(entries, (entry) =>
    isSupervised(entry.Labels) && (!labelled.has(entry.ImageID) || hasNameOfService(entry)) ? 'ours' : 'others',
  );
  return { ours, others };
}

function hasNameOfService({ Names, Labels }: ContainerEntry): boolean {
  const service = withCurrentLabels(Labels)[LABELS.serviceName] ?? '';
  return Names.some((name) => isNameOfService(readName(name), service));
}

import { imageFinder } from '@device-supervisor/compose';
import type { EngineSnapshot, ObservedContainer, ObservedImage } from '@device-supervisor/compose';
import type { ObserveRequest } from '@device-supervisor/device';
import { pathOf } from '../containers/container-actions.ts';
import { ImageNotFoundError, NotFoundError } from '../errors.ts';
import type { EventSubscription } from '../events/event-subscription.ts';
import { readNetwork, readVolume } from '../mapping/network-mapping.ts';
import { isSupervised, readImageConfig, readObservedContainer } from '../mapping/observed-container.ts';
import type { Transport } from '../transport/transport.ts';
import { ContainerEntries, ContainerInspection, type ContainerEntry } from '../wire/container-wire.ts';
import { ImageEntries, ImageInspection, NetworkEntries, VolumeList } from '../wire/engine-wire.ts';
import type { AbilityReader } from './ability-reader.ts';
import { fingerprint } from './fingerprint.ts';
import type { InspectionCache } from './inspection-cache.ts';
import { mapConcurrently } from './map-concurrently.ts';

export interface ObserverOptions {
  readonly transport: Transport;
  readonly subscription: EventSubscription;
  readonly cache: InspectionCache;
  readonly abilities: AbilityReader;
}

/** Inspections at once. */
const CONCURRENCY = 8;
/** Name of a volume that was created without one. */
const ANONYMOUS_VOLUME = /^[0-9a-f]{64}$/;

/** Makes snapshots of the engine: four lists, and an inspection of whatever changed since the last one. */
export function createObserver({ transport, subscription, cache, abilities }: ObserverOptions) {
  /** By content id, so they never change. */
  const imageConfigs = new Map<string, Required<Pick<ObservedImage, 'config' | 'layers'>>>();
  return observe;

  async function observe({ imageReferences }: ObserveRequest): Promise<EngineSnapshot> {
    await subscription.connect();
    const [able, entries, images, networks, volumes] = await Promise.all([
      abilities.read(),
      transport.request({ method: 'GET', path: '/containers/json', query: { all: true } }, ContainerEntries),
      transport.request({ method: 'GET', path: '/images/json' }, ImageEntries),
      transport.request({ method: 'GET', path: '/networks' }, NetworkEntries),
      transport.request({ method: 'GET', path: '/volumes' }, VolumeList),
    ]);
    const { ours = [], others = [] } = Object.groupBy(entries, ({ Labels }) =>
      isSupervised(Labels) ? 'ours' : 'others',
    );
    const usedByOthers = new Set(others.map(({ ImageID }) => ImageID));
    const containers = await observeContainers(ours);
    return {
      abilities: able,
      containers,
      images: await withConfigs(
        images.map((entry) => readImage(entry, usedByOthers)),
        containers,
        imageReferences,
      ),
      networks: networks.map(readNetwork),
      volumes: volumes.Volumes.filter(({ Name }) => !ANONYMOUS_VOLUME.test(Name)).map(readVolume),
    };
  }

  async function observeContainers(entries: readonly ContainerEntry[]): Promise<ObservedContainer[]> {
    cache.retain(new Set(entries.map(({ Id }) => Id)));
    const containers = await mapConcurrently(entries, CONCURRENCY, (entry) =>
      cache.get(entry.Id, fingerprint(entry), () => inspectContainer(entry.Id)),
    );
    return containers.filter((container) => container !== null);
  }

  async function inspectContainer(id: string): Promise<ObservedContainer | null> {
    try {
      return readObservedContainer(
        await transport.request({ method: 'GET', path: `${pathOf(id)}/json` }, ContainerInspection),
      );
    } catch (error) {
      if (error instanceof NotFoundError) return null;
      throw error;
    }
  }

  /** Tagged and digested images, with the configuration of those that containers use or that were asked about. */
  async function withConfigs(
    all: readonly ObservedImage[],
    containers: readonly ObservedContainer[],
    references: readonly string[],
  ): Promise<ObservedImage[]> {
    const images = all.filter(({ tags, digests }) => tags.length > 0 || digests.length > 0);
    const present = new Set(images.map(({ id }) => id));
    for (const id of imageConfigs.keys()) {
      if (!present.has(id)) imageConfigs.delete(id);
    }
    const findImage = imageFinder(images);
    const wanted = new Set([
      ...containers.map(({ imageId }) => imageId),
      ...references.flatMap((reference) => findImage(reference)?.id ?? []),
    ]);
    await mapConcurrently([...wanted], CONCURRENCY, async (id) => {
      if (present.has(id) && !imageConfigs.has(id)) await inspectImage(id);
    });
    return images.map((image) => {
      return wanted.has(image.id) ? { ...image, ...imageConfigs.get(image.id) } : image;
    });
  }

  async function inspectImage(id: string): Promise<void> {
    try {
      const { Config, RootFS } = await transport.request(
        { method: 'GET', path: `/images/${id}/json` },
        ImageInspection,
      );
      imageConfigs.set(id, { config: readImageConfig(Config), layers: RootFS?.Layers ?? [] });
    } catch (error) {
      if (!(error instanceof ImageNotFoundError)) throw error;
    }
  }
}

function readImage(
  { Id, RepoTags, RepoDigests }: (typeof ImageEntries)['_output'][number],
  usedByOthers: ReadonlySet<string>,
): ObservedImage {
  // Engines print what an image lacks as `<none>`.
  const named = (names: readonly string[]): string[] => names.filter((name) => !name.includes('<none>'));
  return {
    id: Id,
    tags: named(RepoTags),
    digests: named(RepoDigests),
    ...(usedByOthers.has(Id) ? { usedByOthers: true } : {}),
  };
}

import {
  imageFinder,
  type EngineSnapshot,
  type ObservedContainer,
  type ObservedImage,
} from '@device-supervisor/compose';
import type { ObserveRequest } from '@device-supervisor/device';
import type { EventSubscription } from '../events/event-subscription.ts';
import { readNetwork, readVolume } from '../mapping/network-mapping.ts';
import { isBuiltHere, isSupervised } from '../mapping/observed-container.ts';
import type { ContainerEntry } from '../wire/container-wire.ts';
import type { ImageEntry } from '../wire/engine-wire.ts';
import type { Listed } from '../wire/list-wire.ts';
import type { AbilityReader } from './ability-reader.ts';
import type { ContainerInspector } from './container-inspector.ts';
import type { createEngineLists } from './engine-lists.ts';
import { fingerprint } from './fingerprint.ts';
import type { ImageInspector } from './image-inspector.ts';
import type { InspectionCache } from './inspection-cache.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { divideContainers } from './own-containers.ts';

export interface ObserverOptions {
  readonly subscription: EventSubscription;
  readonly lists: ReturnType<typeof createEngineLists>;
  readonly cache: InspectionCache;
  readonly containerInspector: ContainerInspector;
  readonly imageInspector: ImageInspector;
  readonly abilities: AbilityReader;
}

/** Inspections at once. */
const CONCURRENCY = 8;
/** Name of a volume that was created without one. */
const ANONYMOUS_VOLUME = /^[0-9a-f]{64}$/;

/** Makes snapshots of the engine: four lists, and an inspection of whatever changed since the last one. */
export function createObserver(options: ObserverOptions) {
  const { subscription, lists, cache, containerInspector, imageInspector, abilities } = options;
  return observe;

  async function observe({
    imageReferences,
    trustEvents = false,
    listImages = false,
  }: ObserveRequest): Promise<EngineSnapshot> {
    await subscription.connect();
    const [able, listed, knownImages, networks, volumes] = await Promise.all([
      abilities.read(),
      lists.containers.read(trustEvents),
      lists.images.read(trustEvents && !listImages),
      lists.networks.read(trustEvents),
      lists.volumes.read(trustEvents),
    ]);
    const entries = listed.entries.map(({ entry }) => entry);
    const imageIds = new Set(knownImages.entries.map(({ entry }) => entry.Id));
    // No event reports an image that is made from a container, and its labels tell whose its containers are.
    const isCurrent =
      !trustEvents || entries.every(({ ImageID, Labels }) => imageIds.has(ImageID) || !isSupervised(Labels));
    const images = isCurrent ? knownImages : await lists.images.read(false);
    const { ours, others } = divideContainers(
      entries,
      images.entries.map(({ entry }) => entry),
    );
    const usedByOthers = new Set(others.map(({ ImageID }) => ImageID));
    const networksOfOthers = networksInUse(others);
    const containers = await observeContainers(ours);
    const faults = [able.fault, listed.fault, images.fault, networks.fault, volumes.fault];
    return {
      abilities: able.abilities,
      containers,
      images: await withConfigs(
        images.entries.map(({ entry }) => readImage(entry, usedByOthers)),
        containers,
        imageReferences,
      ),
      networks: networks.entries.map((one) => ({
        ...withDamage(one, readNetwork),
        ...(networksOfOthers.has(one.entry.Id) ? { usedByOthers: true } : {}),
      })),
      volumes: volumes.entries
        .filter(({ entry }) => !ANONYMOUS_VOLUME.test(entry.Name))
        .map((one) => withDamage(one, readVolume)),
      ...withFaults(faults.filter((fault) => fault !== null)),
    };
  }

  async function observeContainers(entries: readonly ContainerEntry[]): Promise<ObservedContainer[]> {
    cache.retain(new Set(entries.map(({ Id }) => Id)));
    const containers = await mapConcurrently(entries, CONCURRENCY, (entry) =>
      cache.get(entry.Id, fingerprint(entry), () => containerInspector.inspect(entry)),
    );
    return containers.filter((container) => container !== null);
  }

  /** Images with a tag or digest and those that were asked about by id, with the configuration of those that containers use or that were asked about. */
  async function withConfigs(
    all: readonly ObservedImage[],
    containers: readonly ObservedContainer[],
    references: readonly string[],
  ): Promise<ObservedImage[]> {
    const asked = new Set(references);
    const images = all.filter(({ id, tags, digests }) => tags.length > 0 || digests.length > 0 || asked.has(id));
    imageInspector.retain(new Set(images.map(({ id }) => id)));
    const findImage = imageFinder(images);
    const wanted = new Set([
      ...containers.map(({ imageId }) => imageId),
      ...references.flatMap((reference) => findImage(reference)?.id ?? []),
    ]);
    return mapConcurrently(images, CONCURRENCY, async (image) => {
      return wanted.has(image.id) ? { ...image, ...(await imageInspector.inspect(image.id)) } : image;
    });
  }
}

function readImage(
  { Id, RepoTags, RepoDigests, Labels }: ImageEntry,
  usedByOthers: ReadonlySet<string>,
): ObservedImage {
  // Engines print what an image lacks as `<none>`.
  const named = (names: readonly string[]): string[] => names.filter((name) => !name.includes('<none>'));
  const digests = named(RepoDigests);
  return {
    id: Id,
    tags: named(RepoTags),
    digests,
    ...(isBuiltHere({ digests, labels: Labels }) ? { builtHere: true } : {}),
    ...(usedByOthers.has(Id) ? { usedByOthers: true } : {}),
  };
}

/** Ids of the networks that containers run in: engines do not remove them meanwhile. */
function networksInUse(entries: readonly ContainerEntry[]): Set<string> {
  const running = entries.filter(({ State }) => State !== 'created' && State !== 'exited' && State !== 'dead');
  return new Set(
    running.flatMap(({ NetworkSettings }) =>
      Object.values(NetworkSettings?.Networks ?? {}).map(({ NetworkID }) => NetworkID),
    ),
  );
}

function withDamage<Entry, Observed extends object>(
  { entry, fault }: Listed<Entry>,
  read: (entry: Entry) => Observed,
): Observed & { readonly damage?: { readonly reason: string; readonly isFinal: boolean } } {
  return { ...read(entry), ...(fault === null ? {} : { damage: { reason: fault, isFinal: true } }) };
}

function withFaults(faults: readonly string[]): Pick<EngineSnapshot, 'faults'> {
  return faults.length === 0 ? {} : { faults };
}

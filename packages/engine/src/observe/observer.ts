import {
  imageFinder,
  type EngineSnapshot,
  type ObservedContainer,
  type ObservedImage,
} from '@device-supervisor/compose';
import type { ObserveRequest } from '@device-supervisor/device';
import type { EventSubscription } from '../events/event-subscription.ts';
import { readName } from '../mapping/identity.ts';
import { readNetwork, readVolume } from '../mapping/network-mapping.ts';
import { isBuiltHere, isSupervised } from '../mapping/observed-container.ts';
import type { ContainerEntry } from '../wire/container-wire.ts';
import type { ImageEntry } from '../wire/engine-wire.ts';
import type { Listed } from '../wire/list-wire.ts';
import type { AbilityReader } from './ability-reader.ts';
import type { ContainerInspector } from './container-inspector.ts';
import type { createEngineLists } from './engine-lists.ts';
import { fingerprint } from './fingerprint.ts';
import type { ImageInspector, InspectedImage } from './image-inspector.ts';
import type { InspectionCache } from './inspection-cache.ts';
import type { KnownValues } from './known-values.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { divideContainers } from './own-containers.ts';

export interface ObserverOptions {
  readonly subscription: EventSubscription;
  readonly lists: ReturnType<typeof createEngineLists>;
  readonly cache: InspectionCache;
  readonly knownValues: KnownValues;
  readonly containerInspector: ContainerInspector;
  readonly imageInspector: ImageInspector;
  readonly abilities: AbilityReader;
}

/** The last look, and what it was made from. */
interface Look {
  readonly key: string;
  readonly parts: readonly unknown[];
  readonly snapshot: EngineSnapshot;
}

/** Inspections at once. */
const CONCURRENCY = 8;
/** Name of a volume that was created without one. */
const ANONYMOUS_VOLUME = /^[0-9a-f]{64}$/;

/**
 * Makes snapshots of the engine: four lists, and an inspection of whatever changed since the last one. The snapshot of a
 * look that found nothing changed is that of the look before, the same object.
 */
export function createObserver(options: ObserverOptions) {
  const { subscription, lists, cache, knownValues, containerInspector, imageInspector, abilities } = options;
  let last: Look | null = null;
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
    const known = namedImages(
      images.entries.map(({ entry }) => readImage(entry, usedByOthers)),
      imageReferences,
    );
    const inspected = await inspectImages(known, containers, imageReferences);
    const faults = [able.fault, listed.fault, images.fault, networks.fault, volumes.fault];
    // Each part is the same object as long as it is unchanged.
    const parts = [able.abilities, ...faults, listed, images, networks, volumes, ...containers, ...inspected];
    const key = imageReferences.join('\n');
    if (last?.key === key && isShallowEqual(last.parts, parts)) return last.snapshot;
    const snapshot: EngineSnapshot = {
      abilities: able.abilities,
      containers,
      images: known.map((image, index) => ({ ...image, ...inspected[index] })),
      networks: networks.entries.map((one) => ({
        ...withDamage(one, readNetwork),
        ...(networksOfOthers.has(one.entry.Id) ? { usedByOthers: true } : {}),
      })),
      volumes: volumes.entries
        .filter(({ entry }) => !ANONYMOUS_VOLUME.test(entry.Name))
        .map((one) => withDamage(one, readVolume)),
      ...withFaults(faults.filter((fault) => fault !== null)),
    };
    last = { key, parts, snapshot };
    return snapshot;
  }

  async function observeContainers(entries: readonly ContainerEntry[]): Promise<ObservedContainer[]> {
    cache.retain(new Set(entries.map(({ Id }) => Id)));
    knownValues.retain(new Set(entries.flatMap(({ Id, Names }) => [Id, ...Names.map(readName)])));
    const containers = await mapConcurrently(entries, CONCURRENCY, (entry) =>
      cache.get(entry.Id, fingerprint(entry), () => containerInspector.inspect(entry)),
    );
    return containers.filter((container) => container !== null);
  }

  /** Of each image its configuration, if a container uses it or it was asked about; `null`: neither. */
  async function inspectImages(
    images: readonly ObservedImage[],
    containers: readonly ObservedContainer[],
    references: readonly string[],
  ): Promise<(InspectedImage | null)[]> {
    imageInspector.retain(new Set(images.map(({ id }) => id)));
    const findImage = imageFinder(images);
    const wanted = new Set([
      ...containers.map(({ imageId }) => imageId),
      ...references.flatMap((reference) => findImage(reference)?.id ?? []),
    ]);
    return mapConcurrently(images, CONCURRENCY, async ({ id }) => (wanted.has(id) ? imageInspector.inspect(id) : null));
  }
}

/** Images with a tag or digest, and those that were asked about by id. */
function namedImages(images: readonly ObservedImage[], references: readonly string[]): ObservedImage[] {
  const asked = new Set(references);
  return images.filter(({ id, tags, digests }) => tags.length > 0 || digests.length > 0 || asked.has(id));
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

function isShallowEqual(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((part, index) => part === after[index]);
}

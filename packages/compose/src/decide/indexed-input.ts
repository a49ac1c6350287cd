import type { TargetApp, TargetService } from '@device-supervisor/state';
import type { ImageRecord } from '../execute/ports.ts';
import { canonicalReference, imageFinder, type ImageFinder } from '../image-reference.ts';
import type { ObservedContainer, ObservedImage, ObservedNetwork, ObservedVolume } from '../observed.ts';
import type { PlanInput } from '../plan-input.ts';

/** The input of a plan with its indexes; built once for each plan. */
export interface IndexedInput extends PlanInput {
  /** Finds an image that containers can be created from. */
  readonly findImage: ImageFinder;
  /** Finds any image, also a damaged one. */
  readonly findAny: ImageFinder;
  /** The image that a service is to run. */
  readonly imageOf: (service: Pick<TargetService, 'image' | 'contentId'>) => ObservedImage | undefined;
  /** References of images on the engine that only another download can repair. */
  readonly damagedImages: ReadonlySet<string>;
  /** Uuids of apps of the target that have no readable release; their containers, networks and volumes stay as they are. */
  readonly unreadApps: ReadonlySet<string>;
  readonly containersByApp: Index<number, ObservedContainer>;
  /** By the name of a network that they are in. */
  readonly containersByNetwork: Index<string, ObservedContainer>;
  /** By the name of a volume that they mount. */
  readonly containersByVolume: Index<string, ObservedContainer>;
  /** By the canonical reference that they were created with. */
  readonly containersByImage: Index<string, ObservedContainer>;
  /** By published port, e.g. `80/tcp`, and by fixed address. */
  readonly containersByEndpoint: Index<string, ObservedContainer>;
  readonly networksByName: Index<string, ObservedNetwork>;
  readonly networksByApp: Index<number | null, ObservedNetwork>;
  readonly volumesByName: ReadonlyMap<string, ObservedVolume>;
  readonly recordsByReference: Index<string, ImageRecord>;
  readonly recordsByApp: Index<number, ImageRecord>;
  /** The references of image records, by their canonical form. */
  readonly recordedAs: Index<string, string>;
  /** Apps of the target that need an image, by its canonical reference. */
  readonly appsByImage: Index<string, TargetApp>;
}

export type Index<Key, Item> = ReadonlyMap<Key, readonly Item[]>;

export function indexInput(input: PlanInput): IndexedInput {
  const { snapshot, target, images, policy } = input;
  const { containers, networks, volumes } = snapshot;
  const findAny = imageFinder(snapshot.images);
  const damagedImages = new Set(
    Object.values(target.apps)
      .flatMap(({ release }) => Object.values(release?.services ?? {}).map(({ image }) => image))
      .filter(
        (image) => findAny(image)?.damage?.isFinal === true || policy.damagedImages.has(canonicalReference(image)),
      ),
  );
  const findImage = (reference: string): ObservedImage | undefined =>
    damagedImages.has(reference) ? undefined : findAny(reference);
  const unread = (target.unread ?? []).filter(({ part, key }) => part === 'app' && !Object.hasOwn(target.apps, key));
  return {
    ...input,
    findImage,
    findAny,
    imageOf: ({ image, contentId }) => findImage(contentId ?? image),
    damagedImages,
    unreadApps: new Set(unread.map(({ key }) => key)),
    containersByApp: indexBy(containers, ({ identity }) => (identity === null ? [] : [identity.appId])),
    containersByNetwork: indexBy(containers, ({ config }) => [...Object.keys(config.networks), config.networkMode]),
    containersByVolume: indexBy(containers, ({ config }) => config.mounts.map(({ source }) => source)),
    containersByImage: indexBy(containers, ({ imageReference }) => [canonicalReference(imageReference)]),
    containersByEndpoint: indexBy(containers, ({ config }) => [...hostPortsOf(config), ...addressesOf(config)]),
    networksByName: indexBy(networks, ({ name }) => [name]),
    networksByApp: indexBy(networks, ({ appId }) => [appId]),
    volumesByName: new Map(volumes.map((volume) => [volume.name, volume])),
    recordsByReference: indexBy(images, ({ reference }) => [reference]),
    recordsByApp: indexBy(images, ({ appId }) => [appId]),
    recordedAs: indexBy([...new Set(images.map(({ reference }) => reference))], (reference) => [
      canonicalReference(reference),
    ]),
    appsByImage: indexBy(Object.values(target.apps), ({ release }) =>
      Object.values(release?.services ?? {}).map(({ image }) => canonicalReference(image)),
    ),
  };
}

/** Whether a container belongs to an app whose release cannot be read. */
export function isOfUnreadApp({ identity }: ObservedContainer, { unreadApps }: IndexedInput): boolean {
  return identity?.appUuid !== undefined && unreadApps.has(identity.appUuid);
}

/** Published ports with a number of their own, e.g. `80/tcp`. */
export function hostPortsOf({ portBindings }: ObservedContainer['config']): string[] {
  return portBindings
    .filter(({ hostPort }) => hostPort !== '')
    .map(({ hostPort, containerPort }) => `${hostPort}/${containerPort.split('/')[1] ?? 'tcp'}`);
}

/** Fixed addresses, each behind the name of its network. */
export function addressesOf({ networks }: ObservedContainer['config']): string[] {
  return Object.entries(networks).flatMap(([network, { ipv4Address, ipv6Address }]) =>
    [ipv4Address, ipv6Address].filter((address) => address !== '').map((address) => `${network} ${address}`),
  );
}

export function addTo<Key, Item>(index: Map<Key, Item[]>, key: Key, item: Item): void {
  const items = index.get(key);
  if (items === undefined) index.set(key, [item]);
  else items.push(item);
}

function indexBy<Key, Item>(items: readonly Item[], keysOf: (item: Item) => readonly Key[]): Map<Key, Item[]> {
  const index = new Map<Key, Item[]>();
  for (const item of items) for (const key of new Set(keysOf(item))) addTo(index, key, item);
  return index;
}

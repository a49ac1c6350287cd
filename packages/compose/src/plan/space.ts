import type { DiskSpace, ImageSize } from '../image-size.ts';
import type { ObservedImage } from '../observed.ts';
import type { Draft } from './graph.ts';
import type { DevicePlanner } from './planner.ts';

/** Share of the disk that downloads leave free for the engine, logs and databases. */
const RESERVED_SHARE = 0.05;
/** Bytes. */
const LARGEST_RESERVE = 256 * 1024 * 1024;

/**
 * Holds the downloads of an app that do not fit on the engine's disk together, and all that needs them; other apps continue.
 * Unknown sizes are not checked: the engine reports when its disk is full. Neither are downloads that other images make
 * room for, since the size of that room is not known.
 */
export function checkSpace({ input, pulls }: DevicePlanner, draft: Draft): void {
  const { diskSpace, imageSizes, snapshot } = input;
  if (diskSpace === null) return;
  const present = new PresentLayers(snapshot.images);
  let left = diskSpace.free - reserveOf(diskSpace);
  for (const [appId, downloads] of Map.groupBy(pulls, ([, { operation }]) => operation.appId)) {
    const counted = new Set<string>();
    const needed = downloads.reduce((sum, [reference]) => {
      const size = imageSizes.get(reference);
      return sum + (size === undefined ? 0 : present.bytesToAdd(size, counted));
    }, 0);
    if (needed === 0 || needed <= left) {
      left -= needed;
      present.add(counted);
      continue;
    }
    for (const [, pull] of downloads) draft.hold(pull);
    const images = downloads.map(([reference]) => reference).join(', ');
    draft.block({ appId, service: null, reason: 'disk-space', message: shortage(images, { needed, diskSpace }) });
  }
}

/** Layers that cost nothing. Engines share a layer only on top of the same layers. */
class PresentLayers {
  readonly #chains = new Set<string>();

  constructor(images: readonly ObservedImage[]) {
    for (const { layers = [] } of images) for (const chain of chainsOf(layers)) this.#chains.add(chain);
  }

  add(chains: Iterable<string>): void {
    for (const chain of chains) this.#chains.add(chain);
  }

  /** Bytes of the layers that are neither present nor in `counted`; adds them to `counted`. */
  bytesToAdd({ layers }: ImageSize, counted: Set<string>): number {
    const chains = chainsOf(layers.map(({ diffId }) => diffId));
    return layers.reduce((sum, { download, unpacked }, index) => {
      const chain = chains[index] ?? '';
      if (this.#chains.has(chain) || counted.has(chain)) return sum;
      counted.add(chain);
      // The download stays on the disk until it is unpacked.
      return sum + download + unpacked;
    }, 0);
  }
}

/** For each layer, a name of it and all layers below it. */
function chainsOf(diffIds: readonly string[]): string[] {
  return diffIds.map((_, index) => diffIds.slice(0, index + 1).join(' '));
}

function reserveOf({ total }: DiskSpace): number {
  return Math.min(total * RESERVED_SHARE, LARGEST_RESERVE);
}

function shortage(
  images: string,
  { needed, diskSpace }: { readonly needed: number; readonly diskSpace: DiskSpace },
): string {
  return `${images}: about ${megabytes(needed)} are needed on the engine's disk, and ${megabytes(diskSpace.free)} are free, of which ${megabytes(reserveOf(diskSpace))} are kept in reserve; remove what is not needed there`;
}

/** With two significant digits, so that a shortage that hardly changes is logged once. */
function megabytes(bytes: number): string {
  return `${Number((bytes / 1e6).toPrecision(2))} MB`;
}

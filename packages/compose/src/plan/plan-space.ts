import type { DiskSpace, ImageSize } from '../image-size.ts';
import type { ObservedImage } from '../observed.ts';
import type { PullImage } from './operation.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { PlanContext } from './plan-input.ts';

/** Share of the disk that no download may take: engine, logs and databases write on it too. */
const RESERVED_SHARE = 0.05;
/** Bytes; a large disk needs no larger reserve. */
const LARGEST_RESERVE = 256 * 1024 * 1024;

/**
 * Holds back the downloads of an app that do not fit on the engine's disk together, and with them whatever depends on
 * them; other apps go on. What is not known is not checked: the engine then says so when its disk is full.
 */
export function withholdPulls(input: PlanContext, draft: PlanDraft): void {
  const { diskSpace } = input;
  if (diskSpace === null) return;
  const present = new PresentLayers(input.snapshot.images);
  let left = diskSpace.free - reserveOf(diskSpace);
  for (const [appId, pulls] of pullsByApp(draft)) {
    const claimed = new Set<string>();
    const needed = pulls.reduce((sum, { reference }) => {
      const size = input.imageSizes.get(reference);
      return sum + (size === undefined ? 0 : present.claim(size, claimed));
    }, 0);
    if (needed === 0 || needed <= left) {
      left -= needed;
      present.add(claimed);
      continue;
    }
    for (const { id } of pulls) draft.withhold(id);
    draft.block({ appId, service: null, reason: 'disk-space', message: shortage(pulls, { needed, diskSpace }) });
  }
}

/** Those that other images make room for first are not among them: nobody knows how much room. */
function pullsByApp(draft: PlanDraft): Map<number | null, PullImage[]> {
  const byApp = new Map<number | null, PullImage[]>();
  for (const operation of draft.operations()) {
    if (operation.kind !== 'pull-image' || draft.predecessorsOf(operation.id).length > 0) continue;
    const pulls = byApp.get(operation.appId);
    if (pulls === undefined) byApp.set(operation.appId, [operation]);
    else pulls.push(operation);
  }
  return byApp;
}

/** Layers that cost nothing. The engine shares a layer only on top of the same layers, as many as are below it. */
class PresentLayers {
  readonly #chains = new Set<string>();

  constructor(images: readonly ObservedImage[]) {
    for (const { layers = [] } of images) for (const chain of chainsOf(layers)) this.#chains.add(chain);
  }

  add(chains: Iterable<string>): void {
    for (const chain of chains) this.#chains.add(chain);
  }

  /** Bytes that the layers take which are neither there nor in `claimed`; adds them to `claimed`. */
  claim({ layers }: ImageSize, claimed: Set<string>): number {
    const chains = chainsOf(layers.map(({ diffId }) => diffId));
    return layers.reduce((sum, { download, unpacked }, index) => {
      const chain = chains[index] ?? '';
      if (this.#chains.has(chain) || claimed.has(chain)) return sum;
      claimed.add(chain);
      // What was downloaded lies beside what is unpacked from it, until that is complete.
      return sum + download + unpacked;
    }, 0);
  }
}

/** For each layer a name of it and all below it. */
function chainsOf(diffIds: readonly string[]): string[] {
  return diffIds.map((_, index) => diffIds.slice(0, index + 1).join(' '));
}

function reserveOf({ total }: DiskSpace): number {
  return Math.min(total * RESERVED_SHARE, LARGEST_RESERVE);
}

function shortage(
  pulls: readonly PullImage[],
  { needed, diskSpace }: { needed: number; diskSpace: DiskSpace },
): string {
  const images = pulls.map(({ reference }) => reference).join(', ');
  return `${images}: about ${megabytes(needed)} are needed on the engine's disk, and ${megabytes(diskSpace.free)} are free, of which ${megabytes(reserveOf(diskSpace))} are kept in reserve; remove what is not needed there`;
}

/** With two significant digits, so that the same shortage reads the same when somebody writes a line of log. */
function megabytes(bytes: number): string {
  return `${Number((bytes / 1e6).toPrecision(2))} MB`;
}

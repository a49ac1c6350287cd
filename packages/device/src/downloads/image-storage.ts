import {
  imageFinder,
  type Blocked,
  type DiskSpace,
  type EngineSnapshot,
  type ImageSize,
} from '@device-supervisor/compose';
import type { Clock } from '@device-supervisor/primitives';

/** The sizes of images, and the free space for them. */
export interface ImageStorage {
  /** The disk on which the engine keeps images; `null`: it cannot be seen from here. */
  space(): Promise<DiskSpace | null>;
  /**
   * The size of an image; `null`: its registry does not state it. Called before each plan that needs the image: a size is
   * remembered, and so is a failure to find it.
   */
  sizeOf(reference: string): Promise<ImageSize | null>;
}

/** Milliseconds that a plan waits for the registries: an app of another registry must not suffer from one that is slow. */
const PATIENCE = 3_000;

/** Between two looks at a disk that is too full, in milliseconds: the engine tells of images that go, and of no other file. */
const SPACE_RECHECK = 60_000;

/** Milliseconds until the next plan when one waits for space; `Infinity`: none does. */
export function spaceRecheck(blocked: readonly Blocked[]): number {
  return blocked.some(({ reason }) => reason === 'disk-space') ? SPACE_RECHECK : Infinity;
}

export interface StorageNeeds {
  readonly imageSizes: ReadonlyMap<string, ImageSize>;
  readonly diskSpace: DiskSpace | null;
}

const NOTHING_KNOWN: StorageNeeds = { imageSizes: new Map(), diskSpace: null };

export interface StorageQuestion {
  /** Images that are wanted. */
  readonly references: readonly string[];
  /** Those that are on their way already: they take room while one looks, and are not held back any more. */
  readonly downloading: ReadonlySet<string>;
  readonly snapshot: EngineSnapshot;
  readonly clock: Clock;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** Collects the sizes of missing images, in time for a plan. */
export async function readStorageNeeds(
  storage: ImageStorage | undefined,
  { references, downloading, snapshot, clock, signal }: StorageQuestion,
): Promise<StorageNeeds> {
  const findImage = imageFinder(snapshot.images);
  const missing = [...new Set(references)].filter(
    (reference) => findImage(reference) === undefined && !downloading.has(reference),
  );
  if (storage === undefined || missing.length === 0) return NOTHING_KNOWN;
  const diskSpace = await storage.space();
  if (diskSpace === null) return NOTHING_KNOWN;

  return { imageSizes: await readSizes(missing, { storage, clock, signal }), diskSpace };
}

/** The sizes that registries state in time for a plan. Later answers are for the next one. */
export async function readSizes(
  references: Iterable<string>,
  { storage, clock, signal }: Pick<StorageQuestion, 'clock' | 'signal'> & { readonly storage: ImageStorage },
): Promise<ReadonlyMap<string, ImageSize>> {
  const sizes = new Map<string, ImageSize>();
  const lookups = Promise.all(
    Array.from(references, async (reference) => {
      const size = await storage.sizeOf(reference);
      if (size !== null) sizes.set(reference, size);
    }),
  );
  const late = Promise.withResolvers<void>();
  const giveUp = (): void => late.resolve();
  using _timer = clock.schedule(PATIENCE, giveUp);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([lookups, late.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  return new Map(sizes);
}

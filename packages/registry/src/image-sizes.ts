import type { ImageSize } from '@device-supervisor/compose';
import type { Clock } from '@device-supervisor/device';

/** Sizes of images, cached. */
export interface ImageSizes {
  /** `null`: unknown at the moment. Never rejects. */
  sizeOf(reference: string): Promise<ImageSize | null>;
}

export interface ImageSizesOptions {
  readonly lookUp: (reference: string) => Promise<ImageSize>;
  readonly clock: Pick<Clock, 'now'>;
  /** A look-up failed; the next one follows after a delay. */
  readonly onFailure: (reference: string, error: unknown) => void;
}

interface Remembered {
  readonly size: Promise<ImageSize | null>;
  /** Milliseconds since the epoch until which the answer is used. */
  readonly until: number;
  readonly failures: number;
}

/** Images that are remembered; those asked for last stay. */
const CAPACITY = 256;
/** A tag may move. Milliseconds. */
const TAG_LIFETIME = 600_000;
/** After a failure, in milliseconds; doubled with each in a row. */
const FIRST_RETRY = 300_000;
const LAST_RETRY = 3_600_000;

/** Caches answers and failures, so that a waiting device does not query a registry repeatedly. */
export function createImageSizes({ lookUp, clock, onFailure }: ImageSizesOptions): ImageSizes {
  const memory = new Map<string, Remembered>();
  return {
    sizeOf(reference) {
      const known = memory.get(reference);
      if (known !== undefined && known.until > clock.now()) {
        remember(reference, known);
        return known.size;
      }
      const size = ask(reference, known?.failures ?? 0);
      // Callers share the request until it is answered.
      remember(reference, { size, until: Infinity, failures: known?.failures ?? 0 });
      return size;
    },
  };

  async function ask(reference: string, failures: number): Promise<ImageSize | null> {
    try {
      const size = await lookUp(reference);
      const until = reference.includes('@') ? Infinity : clock.now() + TAG_LIFETIME;
      remember(reference, { size: Promise.resolve(size), until, failures: 0 });
      return size;
    } catch (error) {
      const delay = Math.min(FIRST_RETRY * 2 ** failures, LAST_RETRY);
      remember(reference, { size: Promise.resolve(null), until: clock.now() + delay, failures: failures + 1 });
      onFailure(reference, error);
      return null;
    }
  }

  function remember(reference: string, entry: Remembered): void {
    memory.delete(reference);
    memory.set(reference, entry);
    const [oldest] = memory.keys();
    if (memory.size > CAPACITY && oldest !== undefined) memory.delete(oldest);
  }
}

import type { ObservedImage } from '@device-supervisor/compose';
import type { Clock } from '@device-supervisor/device';
import { damageOf, isFinal } from '../damage/damage-of.ts';
import { ImageNotFoundError } from '../errors.ts';
import { readImageConfig } from '../mapping/observed-container.ts';
import type { Transport } from '../transport/transport.ts';
import { ImageInspection } from '../wire/engine-wire.ts';
import { INSPECTION_LIMIT_MS, isOnlyThis } from './container-inspector.ts';

/** The fields that an inspection adds to an image of the list. */
export type InspectedImage = Pick<ObservedImage, 'config' | 'layers' | 'damage'>;

/** A damaged image is looked at again after this time, in milliseconds. */
const MAX_DAMAGED_AGE_MS = 30 * 1000;

interface Entry {
  readonly image: InspectedImage;
  readonly inspectedAt: number;
}

/** Inspections of images by their content id: what they say never changes, unless files of theirs are lost. */
export class ImageInspector {
  readonly #transport: Transport;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #entries = new Map<string, Entry>();

  constructor(transport: Transport, clock: Pick<Clock, 'monotonic'>) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /** The engine was away: files may have been lost meanwhile. */
  forget(): void {
    this.#entries.clear();
  }

  retain(ids: ReadonlySet<string>): void {
    for (const id of this.#entries.keys()) if (!ids.has(id)) this.#entries.delete(id);
  }

  /** An empty one: the image is gone. @throws EngineUnreachableError when the engine is away, not only this image */
  async inspect(id: string): Promise<InspectedImage> {
    const known = this.#entries.get(id);
    if (known !== undefined && !this.#isOutdated(known)) return known.image;
    const inspectedAt = this.#clock.monotonic();
    const image = await this.#ask(id, true);
    if (image === null) return {};
    this.#entries.set(id, { image, inspectedAt });
    return image;
  }

  async #ask(id: string, tryAgain: boolean): Promise<InspectedImage | null> {
    const limit = Math.min(INSPECTION_LIMIT_MS, this.#transport.callTimeout);
    try {
      const call = { method: 'GET', path: `/images/${id}/json`, limit } as const;
      const { Config, RootFS } = await this.#transport.request(call, ImageInspection);
      return { config: readImageConfig(Config), layers: RootFS?.Layers ?? [] };
    } catch (error) {
      if (error instanceof ImageNotFoundError) return null;
      if (!(await isOnlyThis(this.#transport, error))) throw error;
      return tryAgain && isFinal(error) ? this.#ask(id, false) : { damage: damageOf(error) };
    }
  }

  #isOutdated({ image, inspectedAt }: Entry): boolean {
    return image.damage !== undefined && this.#clock.monotonic() - inspectedAt >= MAX_DAMAGED_AGE_MS;
  }
}

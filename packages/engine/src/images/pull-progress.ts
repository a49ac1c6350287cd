import type { PullLine } from '../wire/engine-wire.ts';

interface Layer {
  /** Bytes; 0: not known yet. */
  total: number;
  downloaded: number;
  extracted: number;
}

/** Before the pull has ended, however little is left. */
const HIGHEST_UNFINISHED = 99;

/**
 * Overall progress of a pull from the engine's lines: each layer counts by its bytes, half for download, half for
 * extraction. A layer whose size is not known yet counts as large as the average of the known ones; layers that are on
 * the engine already count nothing.
 */
export class PullProgress {
  readonly #layers = new Map<string, Layer>();
  #percent = 0;

  /** Whole number from 0 to 99, never falling. */
  get percent(): number {
    return this.#percent;
  }

  /** Takes in one line. */
  add({ id, status, progressDetail }: PullLine): void {
    const { current = 0, total = 0 } = progressDetail ?? {};
    switch (status) {
      case 'Pulling fs layer':
        this.#layers.set(id, { total: 0, downloaded: 0, extracted: 0 });
        break;
      case 'Downloading':
        this.#update(id, (layer) => ({ ...layer, total: total || layer.total, downloaded: current }));
        break;
      case 'Download complete':
        this.#update(id, (layer) => ({ ...layer, downloaded: layer.total }));
        break;
      case 'Extracting':
        this.#update(id, (layer) => ({
          total: total || layer.total,
          downloaded: total || layer.total,
          extracted: current,
        }));
        break;
      case 'Pull complete':
        this.#update(id, (layer) => ({
          ...layer,
          downloaded: layer.total || 1,
          extracted: layer.total || 1,
          total: layer.total || 1,
        }));
        break;
    }
    this.#percent = Math.max(this.#percent, Math.min(HIGHEST_UNFINISHED, Math.floor(this.#share() * 100)));
  }

  #update(id: string, change: (layer: Layer) => Layer): void {
    const layer = this.#layers.get(id);
    if (layer !== undefined) this.#layers.set(id, change(layer));
  }

  #share(): number {
    const layers = [...this.#layers.values()];
    const known = layers.filter(({ total }) => total > 0);
    if (known.length === 0) return 0;
    const bytes = known.reduce((sum, { total }) => sum + total, 0);
    const expected = (bytes / known.length) * layers.length;
    const done = known.reduce(
      (sum, { downloaded, extracted, total }) => sum + Math.min(downloaded, total) + Math.min(extracted, total),
      0,
    );
    return done / (2 * expected);
  }
}

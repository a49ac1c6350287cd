import type { PullLine } from '../wire/engine-wire.ts';

interface Layer {
  /** Bytes; 0: not known yet. */
  readonly total: number;
  readonly downloaded: number;
  readonly extracted: number;
}

const NEW_LAYER: Layer = { total: 0, downloaded: 0, extracted: 0 };

/** Before the pull has ended, however little is left. */
const HIGHEST_UNFINISHED = 99;

/**
 * Overall progress of a pull from the engine's lines: each layer counts by its bytes, half for download, half for
 * extraction. A layer whose size is not known yet counts as large as the average of the known ones; layers that are on
 * the engine already count nothing. A pull may take several attempts: what is reported of it never falls.
 */
export class LayerProgress {
  readonly #layers = new Map<string, Layer>();
  #present = 0;
  #percent = 0;
  #receivedBytes = 0;
  #totalBytes = 0;

  /** Whole number from 0 to 99, never falling. */
  get percent(): number {
    return this.#percent;
  }

  /** Of all attempts, never falling. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Of the layers that the engine lacks, as far as known; never falling. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** How many layers are there, or have been downloaded in this attempt; one that is under way counts by its share. */
  get layersReached(): number {
    const shares = [...this.#layers.values()].map(({ total, downloaded }) => (total === 0 ? 0 : downloaded / total));
    return this.#present + shares.reduce((sum, share) => sum + Math.min(share, 1), 0);
  }

  /** A new attempt: the engine reports every layer again. */
  beginAttempt(): void {
    this.#layers.clear();
    this.#present = 0;
  }

  /** Takes in one line. */
  add({ id, status, progressDetail }: PullLine): void {
    const { current = 0, total = 0, units = '' } = progressDetail ?? {};
    switch (status) {
      case 'Already exists':
        if (!this.#layers.has(id)) this.#present++;
        break;
      case 'Pulling fs layer':
        if (!this.#layers.has(id)) this.#layers.set(id, NEW_LAYER);
        break;
      case 'Downloading':
        // Where it takes up a download that broke, the engine counts what was left of it.
        this.#update(id, (layer) => ({
          ...layer,
          total: Math.max(total, layer.total),
          downloaded: current + (total === 0 ? 0 : Math.max(0, layer.total - total)),
        }));
        break;
      case 'Download complete':
        this.#update(id, (layer) => ({ ...layer, downloaded: layer.total }));
        break;
      case 'Extracting':
        // Engines 28 tell seconds instead of bytes.
        this.#update(id, (layer) => ({
          total: total || layer.total,
          downloaded: total || layer.total,
          extracted: units === 's' ? layer.extracted : current,
        }));
        break;
      case 'Pull complete':
        this.#update(id, (layer) => ({
          total: layer.total || 1,
          downloaded: layer.total || 1,
          extracted: layer.total || 1,
        }));
        break;
    }
    this.#percent = Math.max(this.#percent, Math.min(HIGHEST_UNFINISHED, Math.floor(this.#share() * 100)));
  }

  #update(id: string, change: (layer: Layer) => Layer): void {
    const before = this.#layers.get(id);
    if (before === undefined) return;
    const after = change(before);
    this.#layers.set(id, after);
    this.#receivedBytes += Math.max(0, after.downloaded - before.downloaded);
    const total = [...this.#layers.values()].reduce((sum, layer) => sum + layer.total, 0);
    this.#totalBytes = Math.max(this.#totalBytes, total);
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

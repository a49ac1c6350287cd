import type { EngineSnapshot } from '@device-supervisor/compose';
import type { DeviceStore } from '../ports.ts';

/**
 * Remembers, over restarts, which images were on the engine before local mode began: they are not a developer's, so leaving
 * local mode does not take them away.
 */
export class LocalModeMemory {
  readonly #store: DeviceStore['localMode'];
  #images: ReadonlySet<string> | null;

  constructor(store: DeviceStore['localMode']) {
    this.#store = store;
    const images = store.load();
    this.#images = images === null ? null : new Set(images);
  }

  /** Ids of images that were there before. */
  get images(): ReadonlySet<string> {
    return this.#images ?? new Set();
  }

  /** To be called before each plan of a managed device. */
  update(localMode: boolean, { images }: EngineSnapshot): void {
    if (!localMode && this.#images !== null) {
      this.#store.clear();
      this.#images = null;
    } else if (localMode && this.#images === null) {
      const ids = images.map(({ id }) => id);
      this.#store.save(ids);
      this.#images = new Set(ids);
    }
  }
}

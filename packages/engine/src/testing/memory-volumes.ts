import { isTruthy, LABELS, type ObservedVolume, type VolumeConfig } from '@device-supervisor/compose';
import { ObjectInUseError } from '../errors.ts';

const PLAIN_VOLUME: VolumeConfig = { driver: 'local', driverOpts: {}, labels: {} };

/** Named volumes. */
export class MemoryVolumes {
  readonly #volumes = new Map<string, ObservedVolume>();
  readonly #isUsed: (volume: string) => boolean;

  constructor(isUsed: (volume: string) => boolean) {
    this.#isUsed = isUsed;
  }

  /** A volume that is there stays as it is. @returns whether it is new */
  create(name: string, config: VolumeConfig = PLAIN_VOLUME): boolean {
    if (this.#volumes.has(name)) return false;
    const { labels } = config;
    this.#volumes.set(name, {
      name,
      supervised: isTruthy(labels[LABELS.supervised]),
      appUuid: labels[LABELS.appUuid] ?? null,
      config,
    });
    return true;
  }

  /** @returns whether there was one */
  remove(name: string): boolean {
    if (this.#volumes.has(name) && this.#isUsed(name)) throw new ObjectInUseError('volume', name, 'volume is in use');
    return this.#volumes.delete(name);
  }

  observe(): ObservedVolume[] {
    return [...this.#volumes.values()];
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { EngineSnapshot } from '@device-supervisor/compose';
import type { ListKind } from '../observe/changes.ts';
import type { CallKind } from './engine-calls.ts';

/** Lists that a call makes out of date. */
const CHANGED_BY: Readonly<Partial<Record<CallKind, readonly ListKind[]>>> = {
  pullImage: ['images'],
  removeImage: ['images'],
  createNetwork: ['networks'],
  removeNetwork: ['networks'],
  createVolume: ['volumes'],
  removeVolume: ['volumes'],
  // The volumes of its mounts come with it.
  createContainer: ['containers', 'volumes'],
  connectNetwork: ['containers'],
  startContainer: ['containers'],
  stopContainer: ['containers'],
  removeContainer: ['containers'],
  renameContainer: ['containers'],
  updateContainer: ['containers'],
};

/**
 * The snapshot of a client that trusts the engine's events: lists of the last look, except for those that an event or a
 * call of its own has made out of date.
 */
export class MemoryLooks {
  readonly #outdated = new Set<ListKind>();
  #last: EngineSnapshot | null = null;

  /** Nothing is known any more. */
  forget(): void {
    this.#last = null;
  }

  markChanged(kind: ListKind): void {
    this.#outdated.add(kind);
  }

  markChangedBy(kind: CallKind): void {
    for (const list of CHANGED_BY[kind] ?? []) this.markChanged(list);
  }

  /** @param now what the engine holds */
  look(now: EngineSnapshot, trustEvents: boolean): EngineSnapshot {
    const last = this.#last;
    const current = (kind: ListKind): boolean => trustEvents && last !== null && !this.#outdated.has(kind);
    const result: EngineSnapshot = {
      ...now,
      ...(last !== null && current('containers') ? { containers: last.containers } : {}),
      ...(last !== null && current('networks') ? { networks: last.networks } : {}),
      ...(last !== null && current('volumes') ? { volumes: last.volumes } : {}),
      ...(last !== null && current('images') ? { images: last.images.map((image) => inspected(image, now)) } : {}),
    };
    this.#outdated.clear();
    // Engines give the same object when nothing has changed.
    this.#last = isDeepStrictEqual(result, last) && last !== null ? last : result;
    return this.#last;
  }
}

/** Other references may be asked about this time, so other images are inspected. */
function inspected(image: EngineSnapshot['images'][number], now: EngineSnapshot): EngineSnapshot['images'][number] {
  const { config: _config, layers: _layers, ...listed } = image;
  const { config, layers } = now.images.find(({ id }) => id === image.id) ?? {};
  return { ...listed, ...(config === undefined ? {} : { config }), ...(layers === undefined ? {} : { layers }) };
}

import type { EngineSnapshot, Operation } from '@device-supervisor/compose';

/**
 * The containers, by id or name, that ran under our eyes: when one of them ends without our doing, somebody or its policy
 * meant it.
 */
export class SeenRunning {
  readonly #containers = new Set<string>();

  get containers(): ReadonlySet<string> {
    return this.#containers;
  }

  observe({ containers }: EngineSnapshot): void {
    const present = new Set<string>();
    for (const { id, name, status } of containers) {
      present.add(id);
      const runs = status === 'running' || status === 'restarting' || status === 'paused';
      // One that we started may have ended before we looked.
      if (runs || this.#containers.has(name)) this.#containers.add(id);
    }
    for (const id of this.#containers) if (!present.has(id)) this.#containers.delete(id);
  }

  /** Takes note of what we did. */
  note(operation: Operation): void {
    if (operation.kind === 'start-container') this.#containers.add(operation.container);
  }
}

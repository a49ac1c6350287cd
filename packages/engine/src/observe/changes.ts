/** Kinds of objects that the engine lists. */
export type ListKind = 'containers' | 'images' | 'networks' | 'volumes';

/** Counts the changes of each kind of objects for as long as they are noticed. */
export class Changes {
  readonly #counts: Record<ListKind, number> = { containers: 0, images: 0, networks: 0, volumes: 0 };
  readonly #events: Record<ListKind, number> = { containers: 0, images: 0, networks: 0, volumes: 0 };
  #isNoticed = false;

  /** Changes are noticed from now on; some may have been missed before. */
  open(): void {
    this.#isNoticed = true;
    this.markAllChanged();
  }

  /** Changes are missed from now on. */
  close(): void {
    this.#isNoticed = false;
    this.markAllChanged();
  }

  /** We changed something ourselves. */
  markChanged(kind: ListKind): void {
    this.#counts[kind]++;
  }

  /** The engine reported a change. */
  hear(kind: ListKind): void {
    this.#counts[kind]++;
    this.#events[kind]++;
  }

  /** Number of reported changes. */
  events(kind: ListKind): number {
    return this.#events[kind];
  }

  count(kind: ListKind): number {
    return this.#counts[kind];
  }

  /** Whether equal counts mean that nothing changed, as far as the engine tells. */
  get isNoticed(): boolean {
    return this.#isNoticed;
  }

  /** Nothing that is known is to be trusted: the next look is a full one. */
  markAllChanged(): void {
    this.markChanged('containers');
    this.markChanged('images');
    this.markChanged('networks');
    this.markChanged('volumes');
  }
}

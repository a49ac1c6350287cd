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
    this.#noteAll();
  }

  /** Changes are missed from now on. */
  close(): void {
    this.#isNoticed = false;
    this.#noteAll();
  }

  /** We changed something ourselves. */
  note(kind: ListKind): void {
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

  #noteAll(): void {
    this.note('containers');
    this.note('images');
    this.note('networks');
    this.note('volumes');
  }
}

/** Collects what is to be said about a project, one sentence for each kind of thing. */
export class Remarks {
  readonly #items = new Map<string, Set<string>>();

  /**
   * @param sentence without a full stop
   * @param item of which it is said, e.g. a service; all items of one sentence are listed behind it
   */
  add(sentence: string, item?: string): void {
    const items = this.#items.get(sentence) ?? new Set();
    this.#items.set(sentence, item === undefined ? items : items.add(item));
  }

  sentences(): string[] {
    return [...this.#items].map(([sentence, items]) =>
      items.size === 0 ? sentence : `${sentence}: ${[...items].join(', ')}`,
    );
  }
}

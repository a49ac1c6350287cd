/** Items of lists that the target does not have, so that those behind them have another index there. */
export class LeftOut {
  /** Indexes in the file, by the path of the list. */
  readonly #indexes = new Map<string, Set<number>>();

  /** @param indexes in the list without those that are left out already */
  add(list: readonly PropertyKey[], indexes: readonly number[]): void {
    const key = list.join('\n');
    const originals = indexes.map((index) => this.#original(key, index));
    this.#indexes.set(key, new Set([...(this.#indexes.get(key) ?? []), ...originals]));
  }

  /** The path in the file of a value whose path counts without those that are left out. */
  originOf(path: readonly PropertyKey[]): readonly PropertyKey[] {
    return path.map((part, position) => {
      const key = path.slice(0, position).join('\n');
      const index = Number(part);
      return this.#indexes.has(key) && Number.isInteger(index) ? this.#original(key, index) : part;
    });
  }

  /** Skips what is left out: the item that has the index among the others. */
  #original(key: string, index: number): number {
    const absent = this.#indexes.get(key) ?? new Set<number>();
    let original = -1;
    for (let seen = -1; seen < index;) {
      original += 1;
      if (!absent.has(original)) seen += 1;
    }
    return original;
  }
}

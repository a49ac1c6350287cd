/** The answers that a stub server holds back until a test releases them. */
export interface Holds<Item> {
  /** Keeps back what matches, from now on, until it is disposed of. */
  hold(matches: (item: Item) => boolean): Held;
  /** Calls `pass`: now, or when the hold that keeps the item back ends. */
  letPass(item: Item, pass: () => void): void;
}

export interface Held extends Disposable {
  /** How many it keeps back. */
  readonly count: number;
}

export function createHolds<Item>(): Holds<Item> {
  const holds = new Set<{ readonly matches: (item: Item) => boolean; readonly waiting: (() => void)[] }>();
  return {
    hold(matches) {
      const waiting: (() => void)[] = [];
      const held = { matches, waiting };
      holds.add(held);
      return {
        get count() {
          return held.waiting.length;
        },
        [Symbol.dispose]() {
          holds.delete(held);
          for (const pass of held.waiting.splice(0)) pass();
        },
      };
    },
    letPass(item, pass) {
      const held = [...holds].find(({ matches }) => matches(item));
      if (held === undefined) pass();
      else held.waiting.push(pass);
    },
  };
}

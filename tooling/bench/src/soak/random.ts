/** Numbers that look random and are the same for the same seed, so that a run can be repeated. */
export interface Random {
  /** A whole number from 0, less than the limit. */
  below(limit: number): number;
  chance(probability: number): boolean;
  oneOf<T>(values: readonly [T, ...T[]] | readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32: one multiplication per number, and no visible pattern.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random: Random = {
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    oneOf(values) {
      const value = values[random.below(values.length)];
      if (value === undefined) throw new RangeError('there is nothing to choose from');
      return value;
    },
  };
  return random;
}

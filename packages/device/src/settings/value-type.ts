/** How a value is written in a config variable. */
export interface ValueType<Value> {
  /** The valid values, after "must be". */
  readonly description: string;
  /** @returns `null`: it is no such value */
  parse(text: string): Value | null;
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['on', true],
  ['0', false],
  ['false', false],
  ['off', false],
]);

export const YES_OR_NO: ValueType<boolean> = {
  description: 'true or false (also 1, 0, on, off)',
  parse: (text) => WORDS.get(text.trim().toLowerCase()) ?? null,
};

/** `minimum` and longest delay of a timer of JavaScript: a longer one would be over at once. */
export function milliseconds(minimum: number): ValueType<number> {
  return { ...wholeNumber(minimum, 2 ** 31 - 1), description: `a whole number of milliseconds from ${minimum} on` };
}

export function wholeNumber(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): ValueType<number> {
  return {
    description: `a whole number from ${minimum} on`,
    parse(text) {
      if (!/^\s*\d+\s*$/.test(text)) return null;
      const value = Number(text);
      return value < minimum || value > maximum ? null : value;
    },
  };
}

export function oneOf<const Value extends string | number>(values: readonly Value[]): ValueType<Value> {
  return {
    description: values.join(' or '),
    parse: (text) => values.find((value) => String(value) === text.trim().toLowerCase()) ?? null,
  };
}

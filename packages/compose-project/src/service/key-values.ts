import type { KeyValues } from './compose-input.ts';

/** A list of `KEY=value` or a map, as text by key; `null`: the key has no value of its own. */
export function readKeyValues(input: KeyValues | null | undefined): Readonly<Record<string, string | null>> {
  if (input == null) return {};
  const entries = Array.isArray(input)
    ? input.map((item) => split(item))
    : Object.entries(input).map(([key, value]) => [key, value === null ? null : String(value)] as const);
  return Object.fromEntries(entries);
}

/** Keys without a value get the one that `fallback` has for them, and are left out when it has none. */
export function withFallback(
  values: Readonly<Record<string, string | null>>,
  fallback: (key: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const found = value ?? fallback(key);
      return found === undefined ? [] : [[key, found] as const];
    }),
  );
}

function split(item: string): readonly [string, string | null] {
  const index = item.indexOf('=');
  return index < 0 ? [item, null] : [item.slice(0, index), item.slice(index + 1)];
}

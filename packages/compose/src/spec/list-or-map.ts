/** A compose list of `KEY=value`, or a map. */
export type ListOrMap = readonly string[] | Readonly<Record<string, string | number | boolean | null>>;

/** As a map of strings; a key without a value is left out. */
export function toMap(value: ListOrMap | undefined, separators: RegExp = /=/): Record<string, string> {
  if (value === undefined) return {};
  const entries = isList(value)
    ? value.map((item) => splitOnce(item, separators))
    : Object.entries(value).map(([key, item]) => [key, item === null ? null : String(item)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== null));
}

/** Is it the list? */
export function isList(value: ListOrMap): value is readonly string[] {
  return Array.isArray(value);
}

function splitOnce(item: string, separators: RegExp): readonly [string, string | null] {
  const index = item.search(separators);
  return index < 0 ? [item, null] : [item.slice(0, index), item.slice(index + 1)];
}

/** What `JSON.parse` makes of an object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns `undefined` when nothing is there */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (isJsonObject(node) && Object.hasOwn(node, key) ? node[key] : undefined),
    object,
  );
}

/**
 * A copy with another value at `path`, `undefined` to remove it. The order of the keys stays, a new one comes last.
 * Values on the way that are not objects are replaced.
 */
export function withValueAt(object: unknown, path: readonly string[], value: unknown): JsonObject {
  const [key = '', ...rest] = path;
  const members = isJsonObject(object) ? object : {};
  if (rest.length > 0) return { ...members, [key]: withValueAt(valueAt(members, [key]), rest, value) };
  if (value !== undefined) return { ...members, [key]: value };
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== key));
}

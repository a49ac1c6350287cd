/**
 * Reads a boolean in any spelling that clients, config variables and labels use: `true`, `1`, `on` and `false`, `0`,
 * `off`, as a word in any case, a number or a boolean. `null`: none of them.
 */
export function parseBoolean(value: unknown): boolean | null {
  return SPELLINGS.get(typeof value === 'string' ? value.trim().toLowerCase() : value) ?? null;
}

const SPELLINGS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, 1, '1', 'true', 'on'].map((value) => [value, true] as const),
  ...[false, 0, '0', 'false', 'off'].map((value) => [value, false] as const),
]);

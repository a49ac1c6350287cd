/**
 * Reads a list as config variables have it: `"a","b"`. A value without quotes is one item; empty items count for nothing.
 *
 * @returns `null`: the quotes or commas are wrong
 */
export function parseQuotedList(value: string): readonly string[] | null {
  const text = value.trim();
  if (text === '') return [];
  if (!text.startsWith('"')) return [text];
  const items = parseJson(`[${text}]`);
  if (!Array.isArray(items)) return null;
  const list: unknown[] = items;
  if (!list.every((item) => typeof item === 'string')) return null;
  return list.map((item) => item.trim()).filter((item) => item !== '');
}

export function printQuotedList(items: readonly string[]): string {
  return items.map((item) => JSON.stringify(item)).join(',');
}

/** Whether two lists have the same items, in whatever order and number. */
export function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.every((item) => b.includes(item)) && b.every((item) => a.includes(item));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface TextPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Matches of one text that are marked: each is an element of the page, and a log has many lines. */
const MATCHES = 50;

/** A text in parts, so that the first matches can be marked. @param search found in any case; empty: nothing is */
export function splitAtMatches(text: string, search: string): readonly TextPart[] {
  if (search === '') return [{ text, isMatch: false }];
  const pattern = new RegExp(`(${search.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')})`, 'giu');
  // Every second part is what the group has caught.
  const parts = text.split(pattern);
  const [head, rest] = [parts.slice(0, 2 * MATCHES), parts.slice(2 * MATCHES).join('')];
  return [...head, rest]
    .map((part, index) => ({ text: part, isMatch: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}

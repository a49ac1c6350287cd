/** Replacement for a secret. */
export const REDACTED = '[redacted]';

/** Shorter values occur in ordinary text by chance, and replacing them would destroy the message. */
const MIN_SECRET_LENGTH = 6;

/**
 * A function that replaces every known secret in a text. Values are matched as they stand, URL-encoded, and as in JSON. Goes
 * through a text once, however many secrets there are.
 *
 * @example
 * ```ts
 * const redact = createRedactor(['s3cr3t-key']);
 * redact('GET /v1/device?apikey=s3cr3t-key'); // 'GET /v1/device?apikey=[redacted]'
 * ```
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const lengthAt = createMatcher(new Set([...secrets].flatMap(formsOf)));
  return (text) => {
    let result = '';
    let end = 0;
    for (let at = 0; at + MIN_SECRET_LENGTH <= text.length; at++) {
      const length = lengthAt(text, at);
      if (length === 0) continue;
      // One that begins within another one makes it longer.
      if (at >= end) result += `${text.slice(end, at)}${REDACTED}`;
      end = Math.max(end, at + length);
    }
    return end === 0 ? text : result + text.slice(end);
  };
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < MIN_SECRET_LENGTH) return [];
  return [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)];
}

/** @returns finds the length of the longest value that begins at a place of a text; 0: none does */
function createMatcher(values: Iterable<string>): (text: string, at: number) => number {
  const starts = new Set<number>();
  const byHead = new Map<string, string[]>();
  for (const value of values) {
    const head = value.slice(0, MIN_SECRET_LENGTH);
    starts.add(startOf(value, 0));
    const others = byHead.get(head);
    if (others === undefined) byHead.set(head, [value]);
    else others.push(value);
  }
  return (text, at) => {
    if (!starts.has(startOf(text, at))) return 0;
    const candidates = byHead.get(text.slice(at, at + MIN_SECRET_LENGTH)) ?? [];
    return Math.max(0, ...candidates.filter((value) => text.startsWith(value, at)).map(({ length }) => length));
  };
}

/** The first two characters as one number, which is cheap to look up. */
function startOf(text: string, at: number): number {
  return text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1);
}

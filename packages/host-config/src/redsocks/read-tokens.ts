/**
 * A token of redsocks.conf. Texts are byte strings: each character stands for one byte, so that what is not UTF-8
 * survives as well.
 */
export interface RedsocksToken {
  readonly kind: 'word' | '{' | '}' | '=' | ';';
  /** Without quotes and escapes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Why redsocks would not read a file, or not all of it. */
export interface RedsocksFault {
  /** Offset in bytes. */
  readonly at: number;
  readonly reason: string;
}

/** What {@link readTokens} throws. It does not leave the parser. */
export class RedsocksFaultError extends Error {
  readonly fault: RedsocksFault;

  constructor(fault: RedsocksFault) {
    super(fault.reason);
    this.fault = fault;
  }
}

/**
 * Splits a file into tokens just as redsocks 0.5 does, one difference apart: what redsocks passes over in silence at the
 * end of a file (a comment or string that is not closed) is a fault, since all that is appended would be lost.
 *
 * @param text a byte string that ends in a line feed: redsocks does not see a last line without
 * @throws RedsocksFaultError
 */
export function* readTokens(text: string): Generator<RedsocksToken, void> {
  let at = 0;
  while (at < text.length) {
    const space = matchAt(SPACE, text, at);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const token = tokenAt(text, at);
    at = COMMENTS.has(token.text) ? endOfComment(text, token) : token.end;
    if (!COMMENTS.has(token.text)) yield { ...token, kind: kindOf(token.text) };
  }
}

/**
 * Words that redsocks treats as punctuation even in quotes: it compares the texts of tokens, and does not remember the
 * quotes.
 */
export const SIGNS: ReadonlySet<string> = new Set(['{', '}', '=', ';', '//', '/*']);

const COMMENTS: ReadonlySet<string> = new Set(['//', '/*']);
const SPACE = /[ \t\n\v\f\r]+/y;
const SIGN = /[{}=;]|\/[/*]/y;
const NAME = /[A-Za-z][\w.-]*/y;
/** A number, an address or a subnet. */
const NUMBER = /\d(?:[\d.]|\/(?=\d))*/y;
const QUOTED = /"(?:[^"\\\0]|\\[ntr\\'"])*"/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function tokenAt(text: string, start: number): Omit<RedsocksToken, 'kind'> {
  const quoted = matchAt(QUOTED, text, start);
  if (quoted !== null) return { text: unquote(quoted), start, end: start + quoted.length };
  if (text[start] === '"') throw new RedsocksFaultError(faultInQuotes(text, start));
  const bare = matchAt(SIGN, text, start) ?? matchAt(NAME, text, start) ?? matchAt(NUMBER, text, start);
  if (bare === null) throw new RedsocksFaultError({ at: start, reason: 'a character that is allowed only in quotes' });
  const end = start + bare.length;
  if (/^\d/.test(bare) && text[end] === '/' && !COMMENTS.has(text.slice(end, end + 2))) {
    throw new RedsocksFaultError({ at: end, reason: 'a slash that begins neither a netmask nor a comment' });
  }
  return { text: bare, start, end };
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
}

function faultInQuotes(text: string, start: number): RedsocksFault {
  const whole = matchAt(/"(?:[^"\\\0]|\\[ntr\\'"])*/y, text, start);
  const at = start + (whole?.length ?? 0);
  if (at >= text.length) return { at: start, reason: 'a string without an end' };
  return text[at] === '\\'
    ? { at, reason: 'an escape other than \\n, \\t, \\r, \\\\, \\\' and \\"' }
    : { at, reason: 'a NUL character' };
}

function endOfComment(text: string, { text: sign, end }: Omit<RedsocksToken, 'kind'>): number {
  const closing = sign === '//' ? '\n' : '*/';
  const found = text.indexOf(closing, end);
  if (found === -1) throw new RedsocksFaultError({ at: end, reason: 'a comment without an end' });
  return found + closing.length;
}

function kindOf(text: string): RedsocksToken['kind'] {
  return text === '{' || text === '}' || text === '=' || text === ';' ? text : 'word';
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

import { interpolate, InterpolationError, type Lookup } from './interpolate.ts';

/** A line of a file of variables that cannot be read. */
export interface EnvFileFault {
  /** Counts from 1. */
  readonly line: number;
  readonly message: string;
}

export interface EnvFile {
  /** In the order of the file; a later line wins. `null`: a name alone, which passes the value of the environment on. */
  readonly variables: ReadonlyMap<string, string | null>;
  readonly faults: readonly EnvFileFault[];
}

/**
 * Reads a file of variables by the rules of docker compose (compose-go 2.13).
 *
 * - `KEY=value`, `KEY: value`, `export KEY=value`; a name alone takes the value of the environment.
 * - A value without quotes ends before ` #`, and is trimmed; `abc#123` is one value, and so is `# x`.
 * - Single quotes keep everything but `\'`. Double quotes read `\"`, `\\`, `\$`, `\a \b \f \n \r \t \v` and octal numbers
 *   (`\0123`); other backslashes stay. Both may span lines, and another variable may follow on the same line.
 * - Variables in values without quotes and in double quotes are replaced: by the environment, else by earlier lines.
 *
 * @param lookup the environment
 */
export function parseEnvFile(text: string, lookup: Lookup): EnvFile {
  const variables = new Map<string, string | null>();
  const faults: EnvFileFault[] = [];
  const valueOf = (name: string): string | undefined => lookup(name) ?? variables.get(name) ?? undefined;
  const scanner = new Scanner(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  for (let line = scanner.begin(); line !== null; line = scanner.begin()) {
    try {
      const { name, value } = scanner.statement();
      variables.set(name, value === null ? null : evaluate(value, valueOf));
    } catch (error) {
      if (!(error instanceof InterpolationError)) throw error;
      faults.push({ line, message: error.message });
      scanner.skipLine();
    }
  }
  return { variables, faults };
}

/**
 * Reads a file of variables as it stands (`format: raw`): one `KEY=value` per line, without quotes, comments behind a value
 * or variables; a name alone takes the value of the environment.
 */
export function parseRawEnvFile(text: string): EnvFile {
  const variables = new Map<string, string | null>();
  const faults: EnvFileFault[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = raw.trimStart();
    if (content === '' || content.startsWith('#')) continue;
    const separator = content.indexOf('=');
    const name = separator < 0 ? content : content.slice(0, separator);
    if (name === '' || /\s/.test(name)) {
      faults.push({ line: index + 1, message: NOT_A_NAME });
      continue;
    }
    variables.set(name, separator < 0 ? null : content.slice(separator + 1));
  }
  return { variables, faults };
}

/** The text is not quoted: it may be a part of a secret. */
const NOT_A_NAME = 'a line must be NAME=value, with a name of letters, digits and _ . - [ ]';
const NOT_BEHIND_A_QUOTE = 'only a comment or another variable may follow the closing quote of a value';

interface Value {
  readonly quote: '' | "'" | '"';
  /** Between the quotes. */
  readonly text: string;
}

interface Statement {
  readonly name: string;
  /** `null`: the name stands alone. */
  readonly value: Value | null;
}

class Scanner {
  readonly #text: string;
  #at = 0;
  #isBehindQuote = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes to the next statement. @returns its line; `null`: there is none */
  begin(): number | null {
    const isFirst = this.#at === 0;
    const skipped = this.#take(/(?:\s|#[^\n]*)*/y);
    this.#isBehindQuote = !isFirst && !skipped.includes('\n');
    return this.#at === this.#text.length ? null : this.#text.slice(0, this.#at).split('\n').length;
  }

  /** @throws InterpolationError, which may leave the scanner within the statement */
  statement(): Statement {
    this.#take(/export[^\S\n]+/y);
    const written = this.#take(/[^=:\n]*/y);
    const name = written.replace(/\s#.*$/s, '').trimEnd();
    if (!/^[\p{L}\p{N}_.\-[\]]+$/u.test(name)) {
      throw new InterpolationError(this.#isBehindQuote ? NOT_BEHIND_A_QUOTE : NOT_A_NAME);
    }
    if (this.#take(/[=:]/y) === '') return { name, value: null };
    this.#take(/[^\S\n]*/y);
    return { name, value: this.#value() };
  }

  skipLine(): void {
    this.#take(/[^\n]*/y);
  }

  #value(): Value {
    const quote = this.#take(/["']/y);
    if (quote !== '"' && quote !== "'") {
      const [text = ''] = this.#take(/[^\n]*/y).split(' #', 1);
      return { quote: '', text: text.trimEnd() };
    }
    const text = this.#take(quote === '"' ? /(?:[^"\\]|\\.)*/sy : /(?:[^'\\]|\\.)*/sy, { before: quote });
    this.#at += 1;
    return { quote, text };
  }

  /** Takes what matches here; with `before`, that text has to follow. */
  #take(pattern: RegExp, { before = '' }: { readonly before?: string } = {}): string {
    pattern.lastIndex = this.#at;
    const [match = ''] = pattern.exec(this.#text) ?? [];
    if (!this.#text.startsWith(before, this.#at + match.length)) {
      throw new InterpolationError('a quoted value has no closing quote');
    }
    this.#at += match.length;
    return match;
  }
}

function evaluate({ quote, text }: Value, lookup: Lookup): string {
  switch (quote) {
    case "'":
      return text.replace(/\\(.)/gs, (escape, character: string) => (character === "'" ? character : escape));
    case '"':
      return interpolate(unescape(text), lookup).text;
    case '':
      return interpolate(text, lookup).text;
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['"', '"'],
  ['\\', '\\'],
  // A dollar sign stays plain in the interpolation that follows.
  ['$', '$$'],
]);

function unescape(text: string): string {
  return text.replace(/\\(0\d{3}|.)/gs, (escape, code: string) =>
    /^0[0-7]{3}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES.get(code) ?? escape),
  );
}

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
 * Reads a file of variables by the rules of docker compose.
 *
 * - `KEY=value`, `KEY: value`, `export KEY=value`; a name alone takes the value of the environment.
 * - A value without quotes ends before ` #`, and is trimmed; `abc#123` is one value.
 * - Single quotes keep everything but `\'`; double quotes read `\n`, `\r`, `\t`, `\\`, `\"` and `\$`. Both may span lines.
 * - Variables in values without quotes and in double quotes are replaced: by the environment, else by earlier lines.
 *
 * @param lookup the environment
 */
export function parseEnvFile(text: string, lookup: Lookup): EnvFile {
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const variables = new Map<string, string | null>();
  const faults: EnvFileFault[] = [];
  const valueOf = (name: string): string | undefined => lookup(name) ?? variables.get(name) ?? undefined;
  let at = 0;
  let line = 1;
  while (at < source.length) {
    const statement = nextStatement(source, at);
    at = statement.end;
    try {
      const read = readStatement(statement.text);
      if (read !== null) variables.set(read.name, valueOfStatement(read, valueOf));
    } catch (error) {
      if (!(error instanceof InterpolationError)) throw error;
      faults.push({ line, message: error.message });
    }
    line += statement.lines;
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
      faults.push({ line: index + 1, message: `'${shorten(name)}' is not the name of a variable` });
      continue;
    }
    variables.set(name, separator < 0 ? null : content.slice(separator + 1));
  }
  return { variables, faults };
}

interface Statement {
  readonly text: string;
  readonly lines: number;
  readonly end: number;
}

const QUOTED_START = /^\s*(?:export\s+)?[^\s=:#'"]+\s*[=:]\s*(['"])/;

/** One line, or more when a quoted value spans them. */
function nextStatement(source: string, start: number): Statement {
  const lineEnd = endOfLine(source, start);
  const first = source.slice(start, lineEnd);
  const opening = QUOTED_START.exec(first);
  const quote = opening?.[1];
  if (opening === null || quote === undefined) return { text: first, lines: 1, end: lineEnd + 1 };
  const closing = closingQuote(source, start + opening[0].length, quote);
  const end = endOfLine(source, closing < 0 ? start : closing);
  const text = source.slice(start, end);
  return { text, lines: text.split('\n').length, end: end + 1 };
}

function endOfLine(source: string, from: number): number {
  const index = source.indexOf('\n', from);
  return index < 0 ? source.length : index;
}

/** Index of the quote that closes a value; -1: there is none. */
function closingQuote(source: string, from: number, quote: string): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote) return at;
  }
  return -1;
}

interface ReadStatement {
  readonly name: string;
  /** `null`: the name stands alone. */
  readonly value: { readonly quote: '' | "'" | '"'; readonly text: string } | null;
}

/** `null`: a comment or an empty line. @throws InterpolationError */
function readStatement(text: string): ReadStatement | null {
  const content = text.trim().replace(/^export\s+/, '');
  if (content === '' || content.startsWith('#')) return null;
  const separator = content.search(/[=:]/);
  const name = (separator < 0 ? content : content.slice(0, separator)).replace(/\s+#.*$/, '').trimEnd();
  if (!/^[A-Za-z0-9_.\-[\]]+$/.test(name)) {
    throw new InterpolationError(`'${shorten(name)}' is not the name of a variable`);
  }
  if (separator < 0) return { name, value: null };
  return { name, value: readValue(content.slice(separator + 1).trimStart()) };
}

function readValue(rest: string): NonNullable<ReadStatement['value']> {
  const quote = rest[0];
  if (quote !== '"' && quote !== "'") return { quote: '', text: rest.replace(/(^|\s+)#.*$/s, '').trimEnd() };
  const end = closingQuote(rest, 1, quote);
  if (end < 0) throw new InterpolationError('a quoted value has no closing quote');
  const after = rest.slice(end + 1).trim();
  if (after !== '' && !after.startsWith('#')) {
    throw new InterpolationError('only a comment may follow the closing quote of a value');
  }
  return { quote, text: rest.slice(1, end) };
}

function valueOfStatement({ value }: ReadStatement, lookup: Lookup): string | null {
  if (value === null) return null;
  switch (value.quote) {
    case "'":
      return value.text.replaceAll("\\'", "'");
    case '"':
      return interpolate(unescape(value.text), lookup).text;
    case '':
      return interpolate(value.text, lookup).text;
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  // A dollar sign stays plain in the interpolation that follows.
  ['$', '$$'],
]);

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, (whole, character: string) =>
    character === '\\' || character === '"' ? character : (ESCAPES.get(character) ?? whole),
  );
}

/** A faulty line may hold a secret, so only the beginning of its name is quoted. */
function shorten(name: string): string {
  return name.length > 20 ? `${name.slice(0, 20)}…` : name;
}

import { readTokens, RedsocksFaultError, type RedsocksFault, type RedsocksToken } from './read-tokens.ts';

/** A redsocks.conf, and where everything in it stands. Texts are byte strings, see {@link RedsocksToken}. */
export interface RedsocksDocument {
  /** The whole file. */
  readonly text: string;
  readonly sections: readonly RedsocksSection[];
}

export interface RedsocksSection extends Span {
  readonly name: string;
  /** Between the braces. */
  readonly body: Span;
  readonly entries: readonly RedsocksEntry[];
}

/** A key with its value, from the key to the semicolon. */
export interface RedsocksEntry extends Span {
  readonly key: string;
  readonly value: string;
  readonly valueSpan: Span;
}

/** From `start` up to, not with, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type ParsedRedsocks =
  | { readonly ok: true; readonly document: RedsocksDocument }
  | { readonly ok: false; readonly fault: RedsocksFault };

/**
 * Reads a redsocks.conf as redsocks 0.5 does; names of sections and keys may be any. Printing the document is writing
 * its text. A last line that is not ended is read, unlike redsocks does, and ended.
 */
export function parseRedsocks(bytes: Uint8Array): ParsedRedsocks {
  const content = Buffer.from(bytes).toString('latin1');
  const text = content === '' || content.endsWith('\n') ? content : `${content}\n`;
  try {
    return { ok: true, document: { text, sections: [...readSections(text)] } };
  } catch (error) {
    if (!(error instanceof RedsocksFaultError)) throw error;
    return { ok: false, fault: error.fault };
  }
}

function* readSections(text: string): Generator<RedsocksSection, void> {
  const tokens = openTokens(text);
  for (let token = tokens.next(); token !== null; token = tokens.next()) {
    const name = tokens.expect('word', 'the name of a block', token);
    const open = tokens.expect('{', '{ after the name of a block', tokens.next());
    const { entries, close } = readEntries(tokens);
    const body = { start: open.end, end: close.start };
    yield { name: name.text, start: name.start, end: close.end, body, entries };
  }
}

/** Up to the brace that closes the block. */
function readEntries(tokens: Tokens): { readonly entries: readonly RedsocksEntry[]; readonly close: RedsocksToken } {
  const entries: RedsocksEntry[] = [];
  for (;;) {
    const first = tokens.next();
    if (first?.kind === '}') return { entries, close: first };
    const key = tokens.expect('word', 'a key, or } to close the block', first);
    // Redsocks asks for no sign of equality, and takes any number of them.
    const value = tokens.expect('word', 'a value', tokens.nextButEquals());
    const { end } = tokens.expect(';', '; after a value', tokens.nextButEquals());
    entries.push({
      key: key.text,
      value: value.text,
      valueSpan: { start: value.start, end: value.end },
      start: key.start,
      end,
    });
  }
}

interface Tokens {
  /** `null`: no block is left. */
  next(): RedsocksToken | null;
  nextButEquals(): RedsocksToken | null;
  /** Says what was wanted, never what there is: that could be a password that lost its quotes. */
  expect(kind: RedsocksToken['kind'], wanted: string, token: RedsocksToken | null): RedsocksToken;
}

function openTokens(text: string): Tokens {
  const tokens = readTokens(text);
  const next = (): RedsocksToken | null => {
    const result = tokens.next();
    return result.done === true ? null : result.value;
  };
  return {
    next,
    nextButEquals() {
      let token = next();
      while (token?.kind === '=') token = next();
      return token;
    },
    expect(kind, wanted, token) {
      if (token?.kind === kind) return token;
      throw new RedsocksFaultError({ at: token?.start ?? text.length - 1, reason: `something other than ${wanted}` });
    },
  };
}

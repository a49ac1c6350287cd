import { SIGNS } from './read-tokens.ts';

/**
 * Why redsocks.conf cannot hold a value: redsocks 0.5 would read another one, or none, and maybe end the block there.
 *
 * @returns as what follows "must", e.g. `not contain NUL characters`; `null`: it can
 */
export function whyUnprintable(value: string): string | null {
  if (value.includes('\0')) return 'not contain NUL characters';
  if (!value.isWellFormed()) return 'be valid Unicode';
  if (SIGNS.has(value)) return 'not be one of { } = ; // /* alone: redsocks takes that for a sign, even in quotes';
  return null;
}

/** A value in quotes, as a byte string; it must be printable. */
export function printQuoted(value: string): string {
  const escaped = value.replaceAll(/["\\\n\r\t]/g, (character) => ESCAPES[character] ?? `\\${character}`);
  return `"${toByteString(escaped)}"`;
}

/** A value as people write it: in quotes only where it needs them. */
export function printPlain(value: string): string {
  return /^(?:[A-Za-z][\w.-]*|\d[\d.]*)$/.test(value) ? value : printQuoted(value);
}

/** The text of a byte string; what is not UTF-8 is replaced. */
export function fromByteString(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function toByteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

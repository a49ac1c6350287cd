import { tryParseJson } from '@device-supervisor/primitives';
import { parse, type ParseError } from 'jsonc-parser';
import type { DamageReport } from './errors.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

export type ParsedConfigJson =
  | { readonly ok: true; readonly text: string; readonly raw: JsonObject }
  | ({ readonly ok: false } & Pick<DamageReport, 'damage' | 'position'>);

/** Reads the bytes of a config.json. A byte order mark, as editors on Windows leave it, is dropped. */
export function parseConfigJson(bytes: Uint8Array): ParsedConfigJson {
  const text = decodeUtf8(bytes);
  if (text === null) return { ok: false, damage: 'not-utf8', position: null };
  if (text.trim() === '') return { ok: false, damage: 'empty', position: null };
  const value = tryParseJson(text);
  if (value === undefined) return { ok: false, damage: 'invalid-json', position: firstDefect(text) };
  if (!isJsonObject(value)) return { ok: false, damage: 'not-an-object', position: null };
  return { ok: true, text, raw: value };
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function firstDefect(text: string): DamageReport['position'] {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (first === undefined) return null;
  const lines = text.slice(0, first.offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

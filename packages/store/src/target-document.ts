import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { tryParseJson } from '@device-supervisor/primitives';
import { TargetState } from '@device-supervisor/state';

/** Characters from which a document is compressed: the database is in memory, and written as a whole. */
const LARGE = 256 * 1024;
/** No JSON begins with it. */
const COMPRESSED = 'deflate:';
/** Bytes that a document may have; a damaged one is not to take all memory. */
const LONGEST = 64 * 1024 * 1024;
/** The fastest: a target of 10 MB takes 0.1 s, and a tenth of its size. */
const COMPRESSION_LEVEL = 1;

/**
 * A target as the database keeps it. It is printed and compressed piece by piece: a text of the whole target, and another
 * copy of it, would each take as much memory as the target.
 */
export function printTarget(target: TargetState): string {
  const compressed: Buffer[] = [];
  let text = '';
  for (const part of jsonParts(target)) {
    text += part;
    if (text.length < LARGE) continue;
    compressed.push(...deflate(text));
    text = '';
  }
  if (compressed.length === 0) return text;
  return `${COMPRESSED}${Buffer.concat([...compressed, ...deflate(text), deflateRawSync('')]).toString('base64')}`;
}

/** What `JSON.stringify` makes of a value, in parts of one name or one plain value each. */
function* jsonParts(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) {
    yield value === undefined ? 'null' : JSON.stringify(value);
    return;
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value).filter(([, each]) => isList || each !== undefined);
  yield isList ? '[' : '{';
  for (const [index, [key, each]] of entries.entries()) {
    if (index > 0) yield ',';
    if (!isList) yield `${JSON.stringify(key)}:`;
    yield* jsonParts(each);
  }
  yield isList ? ']' : '}';
}

/** Each piece ends at a whole byte, and the stream continues. */
function deflate(text: string): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < text.length;) {
    const end = start + LARGE;
    // Both halves of a character go into one piece.
    const next = isFirstHalf(text.charCodeAt(end - 1)) ? end + 1 : end;
    const options = { level: COMPRESSION_LEVEL, finishFlush: constants.Z_SYNC_FLUSH };
    pieces.push(deflateRawSync(text.slice(start, next), options));
    start = next;
  }
  return pieces;
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

export type ParsedTarget =
  | { readonly target: TargetState; readonly reason: null }
  | { readonly target: null; readonly reason: string };

/** Reads a document of {@link printTarget}. */
export function parseTarget(document: string): ParsedTarget {
  const parsed = TargetState.safeParse(tryParseJson(expand(document)));
  if (parsed.success) return { target: parsed.data, reason: null };
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return { target: null, reason: path === '' ? 'not a target state' : `${path}: ${issue?.message}` };
}

/** `''`: it is damaged. */
function expand(document: string): string {
  if (!document.startsWith(COMPRESSED)) return document;
  try {
    const bytes = Buffer.from(document.slice(COMPRESSED.length), 'base64');
    return inflateRawSync(bytes, { maxOutputLength: LONGEST }).toString();
  } catch {
    return '';
  }
}

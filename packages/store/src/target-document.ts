import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { GatheredBytes, tryParseJson } from '@device-supervisor/primitives';
import { TargetState } from '@device-supervisor/state';

/** A target as the database keeps it: JSON, or that compressed when it is large. */
export type TargetDocument = string | Uint8Array;

/** Bytes from which a document is compressed: the database is in memory, and written as a whole. */
const LARGE = 256 * 1024;
/** Bytes that a unit of a string takes at most. */
const MOST_OF_A_UNIT = 3;
/** Bytes that a document may have; a damaged one is not to take all memory. */
const LONGEST = 64 * 1024 * 1024;
/** The fastest: a target of 10 MB takes 0.1 s, and a tenth of its size. */
const COMPRESSION_LEVEL = 1;

/**
 * Prints and compresses piece by piece: a text of the whole target, and another copy of it, would each take as much memory
 * as the target.
 */
export function printTarget(target: TargetState): TargetDocument {
  const piece = Buffer.allocUnsafeSlow(LARGE);
  const compressed = new GatheredBytes(LONGEST);
  let length = 0;
  for (const part of jsonParts(target)) {
    for (const text of slicesOf(part)) {
      if (length + text.length * MOST_OF_A_UNIT > LARGE) {
        compressed.add(deflate(piece.subarray(0, length)));
        length = 0;
      }
      length += piece.write(text, length);
    }
  }
  const last = piece.subarray(0, length);
  if (compressed.bytes.length === 0) return last.toString();
  compressed.add(deflate(last));
  compressed.add(deflateRawSync(''));
  return compressed.bytes;
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

/** Slices of which several fit into a piece. Both halves of a character are in one slice. */
function* slicesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = start + LARGE / 8;
    const next = isFirstHalf(text.charCodeAt(end - 1)) ? end + 1 : end;
    yield start === 0 && next >= text.length ? text : text.slice(start, next);
    start = next;
  }
}

/** Ends at a whole byte, and the stream continues. */
function deflate(piece: Buffer): Buffer {
  return deflateRawSync(piece, { level: COMPRESSION_LEVEL, finishFlush: constants.Z_SYNC_FLUSH });
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

export type ParsedTarget =
  | { readonly target: TargetState; readonly reason: null }
  | { readonly target: null; readonly reason: string };

/** Reads a document of {@link printTarget}. */
export function parseTarget(document: TargetDocument): ParsedTarget {
  const parsed = TargetState.safeParse(tryParseJson(expand(document)));
  if (parsed.success) return { target: parsed.data, reason: null };
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return { target: null, reason: path === '' ? 'not a target state' : `${path}: ${issue?.message}` };
}

/** `''`: it is damaged. */
function expand(document: TargetDocument): string {
  if (typeof document === 'string') return document;
  try {
    return inflateRawSync(document, { maxOutputLength: LONGEST }).toString();
  } catch {
    return '';
  }
}

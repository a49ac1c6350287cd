/** Bytes of JSON text to keep. */
export interface LineLimits {
  /** Of one value. */
  readonly value: number;
  /** Of one line; then every further value is kept up to {@link RESERVE} bytes. */
  readonly line: number;
}

/** An engine cuts its messages at 16 KiB, which are four times as many bytes when each is printed as a number. */
export const DEFAULT_LIMITS: LineLimits = { value: 256 * 1024, line: 1024 * 1024 };

/** Enough for a cursor, a time and a container id, wherever in a line they stand. */
const RESERVE = 512;

/** Appended to a value that was cut. */
export const CUT = ' […]';

/**
 * Splits the output of `journalctl -o json` into lines, and cuts values that are too long on their way, so that an entry
 * of any size takes bounded memory and is JSON still. A last line without its end is dropped: it is incomplete.
 */
export function createLineReader(limits: LineLimits = DEFAULT_LIMITS): (chunk: Buffer) => string[] {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let valueBytes = 0;
  let valueLimit = limitOf(limits, 0);
  /** Arrays that are open. */
  let depth = 0;
  let inString = false;
  /** Bytes of an escape sequence that are still to come. */
  let escape = 0;
  /** The part that is skipped: the rest of a string, or of the array of this depth. */
  let skipping: 'string' | number | null = null;
  let previous = 0;

  return (chunk) => {
    const lines: string[] = [];
    let keepFrom = 0;

    const keep = (upTo: number): void => {
      // A copy: a slice of a few bytes would keep the whole chunk in memory.
      kept.push(Buffer.from(chunk.subarray(keepFrom, upTo)));
      keptBytes += upTo - keepFrom;
    };
    const skip = (what: 'string' | number, from: number, mark: Buffer): void => {
      keep(from);
      kept.push(mark);
      skipping = what;
    };
    const resume = (at: number): void => {
      skipping = null;
      keepFrom = at;
    };
    const startValue = (at: number): void => {
      valueBytes = 0;
      valueLimit = limitOf(limits, keptBytes + at - keepFrom);
    };
    const readString = (byte: number, index: number): void => {
      if (escape > 0) {
        if (escape === ESCAPE_START) escape = byte === LETTER_U ? UNICODE_DIGITS : 0;
        else escape--;
      } else if (byte === QUOTE) {
        inString = false;
        if (skipping === 'string') resume(index);
      } else {
        // Cut neither within a character nor within an escape sequence.
        if (skipping === null && valueBytes > valueLimit && !isContinuation(byte)) skip('string', index, STRING_CUT);
        if (byte === BACKSLASH) escape = ESCAPE_START;
      }
    };
    const readComma = (index: number): void => {
      if (depth === 0) startValue(index);
      else if (skipping === null && valueBytes > valueLimit)
        skip(depth, index, isDigit(previous) ? BYTES_CUT : NOTHING);
    };
    const endLine = (index: number): void => {
      keep(index);
      lines.push(Buffer.concat(kept).toString('utf8'));
      kept = [];
      keptBytes = 0;
      keepFrom = index + 1;
      startValue(keepFrom);
    };

    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] ?? 0;
      valueBytes++;
      if (inString) readString(byte, index);
      else if (byte === QUOTE) inString = true;
      else if (byte === COMMA) readComma(index);
      else if (byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_ARRAY) {
        if (skipping === depth) resume(index);
        depth--;
      } else if (byte === NEWLINE) endLine(index);
      previous = byte;
    }
    if (skipping === null) keep(chunk.length);
    return lines;
  };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const LETTER_U = 0x75;
const ESCAPE_START = 5;
const UNICODE_DIGITS = 4;
const STRING_CUT = Buffer.from(CUT);
/** As more bytes of an array of them. */
const BYTES_CUT = Buffer.from(`,${[...STRING_CUT].join(',')}`);

const NOTHING = Buffer.alloc(0);

function limitOf(limits: LineLimits, keptBytes: number): number {
  return Math.max(RESERVE, Math.min(limits.value, limits.line - keptBytes));
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

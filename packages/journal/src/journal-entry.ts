import { tryParseJson } from '@device-supervisor/primitives';
import { JournalFormatError } from './errors.ts';

/** One entry of a journal. */
export interface JournalEntry {
  /** Its text, UTF-8; other bytes are replaced. `''`: it has none, or one that was left out (see `all`). */
  readonly message: string;
  /** The message as it is, when it is not text. */
  readonly messageBytes?: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** 0 (emergency) to 7 (debug); 6 when the entry has none. */
  readonly priority: number;
  /** Whether its writer meant it as an error: an engine gives lines of stderr priority 3. */
  readonly isStdErr: boolean;
  /** Where it stands; to continue after it. */
  readonly cursor: string;
  /** Full id of the container that wrote it. */
  readonly containerId?: string;
  readonly containerName?: string;
  /** Every field but the message, as text; the first value of those that occur more than once. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Reads one line of `journalctl -o json`.
 *
 * @throws JournalFormatError
 */
export function parseJournalEntry(line: string): JournalEntry {
  const { MESSAGE, ...rest } = parseObject(line);
  const fields = Object.fromEntries(Object.entries(rest).flatMap(([name, value]) => namedText(name, value)));
  const cursor = fields['__CURSOR'];
  if (cursor === undefined) throw new JournalFormatError('__CURSOR');
  const message = bytesOf(MESSAGE);
  const containerId = fields['CONTAINER_ID_FULL'];
  const containerName = fields['CONTAINER_NAME'];
  const priority = priorityOf(fields['PRIORITY']);
  return {
    message: textOf(MESSAGE) ?? '',
    ...(message === null ? {} : { messageBytes: message }),
    timestamp: timestampOf(fields['__REALTIME_TIMESTAMP']),
    priority,
    isStdErr: priority <= HIGHEST_ERROR_PRIORITY,
    cursor,
    ...(containerId === undefined ? {} : { containerId }),
    ...(containerName === undefined ? {} : { containerName }),
    fields,
  };
}

const HIGHEST_ERROR_PRIORITY = 3;
/** Informational. */
const DEFAULT_PRIORITY = 6;
const MICROSECONDS = 1_000;

function parseObject(line: string): Readonly<Record<string, unknown>> {
  const value = tryParseJson(line);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new JournalFormatError('an object');
}

function namedText(name: string, value: unknown): [string, string][] {
  const text = textOf(value);
  return text === null ? [] : [[name, text]];
}

/** A field is a string, an array of byte values, an array of both when it occurs more than once, or `null`: too long. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  const bytes = bytesOf(value);
  if (bytes !== null) return new TextDecoder().decode(bytes);
  return Array.isArray(value) && value.length > 0 ? textOf(value[0]) : null;
}

function bytesOf(value: unknown): Uint8Array | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const bytes = value.filter((item) => typeof item === 'number');
  return bytes.length === value.length ? Uint8Array.from(bytes) : null;
}

function timestampOf(microseconds: string | undefined): number {
  const timestamp = Math.trunc(Number(microseconds) / MICROSECONDS);
  if (!Number.isSafeInteger(timestamp)) throw new JournalFormatError('__REALTIME_TIMESTAMP');
  return timestamp;
}

function priorityOf(text: string | undefined): number {
  return text !== undefined && /^[0-7]$/.test(text) ? Number(text) : DEFAULT_PRIORITY;
}

import type { LogLine } from '@device-supervisor/api-client';
import { printableText } from './printable-text.ts';

export interface NumberedLine extends LogLine {
  readonly number: number;
}

/** The newest lines, within bounds; a page that is open for days must not fill the browser's memory. */
export interface LogBuffer {
  readonly lines: readonly NumberedLine[];
  /** Of the next line. */
  readonly next: number;
}

export const EMPTY_BUFFER: LogBuffer = { lines: [], next: 0 };
const LINES_KEPT = 2_000;
/** Characters of all lines together, and of one. */
const TEXT_KEPT = 1_000_000;
const LONGEST_LINE = 10_000;

/** Lines that are not shown yet. */
export interface Gathered {
  readonly lines: readonly LogLine[];
  /** Number of lines before them that came too fast to be shown. */
  readonly dropped: number;
}

export const NOTHING_GATHERED: Gathered = { lines: [], dropped: 0 };

/** Keeps as many as can be shown: a page in the background draws nothing for a minute. */
export function gather({ lines, dropped }: Gathered, more: readonly LogLine[]): Gathered {
  const all = [...lines, ...more];
  const excess = Math.max(0, all.length - LINES_KEPT);
  return { lines: all.slice(excess), dropped: dropped + excess };
}

export function withLines(buffer: LogBuffer, { lines, dropped }: Gathered): LogBuffer {
  const first = buffer.next + dropped;
  const added = lines.map((line, index) => ({ ...line, message: shownText(line.message), number: first + index }));
  return { lines: newest([...buffer.lines, ...added]), next: first + lines.length };
}

function shownText(message: string): string {
  return printableText(message.length <= LONGEST_LINE ? message : `${message.slice(0, LONGEST_LINE)} …`);
}

function newest(lines: readonly NumberedLine[]): readonly NumberedLine[] {
  let first = Math.max(0, lines.length - LINES_KEPT);
  let length = 0;
  for (let index = lines.length - 1; index >= first; index--) {
    length += lines[index]?.message.length ?? 0;
    if (length > TEXT_KEPT) first = index + 1;
  }
  return lines.slice(first);
}

export interface LogFilter {
  /** Empty: every one. The supervisor's own lines are those of `SYSTEM`. */
  readonly service: string;
  /** Found in any case; empty: everything. */
  readonly search: string;
  readonly errorsOnly: boolean;
}

/** Stands for the supervisor among the services. No service is called that: their names have no blanks. */
export const SYSTEM = 'the supervisor';

/** Gaps match every filter. */
export function matchingLines(
  { lines }: LogBuffer,
  { service, search, errorsOnly }: LogFilter,
): readonly NumberedLine[] {
  const wanted = search.toLowerCase();
  return lines.filter(
    (line) =>
      isGap(line) ||
      ((service === '' || ownerOf(line) === service) &&
        (!errorsOnly || line.isStdErr === true) &&
        (wanted === '' || line.message.toLowerCase().includes(wanted))),
  );
}

export function ownerOf({ isSystem, serviceName }: LogLine): string {
  return isSystem === true ? SYSTEM : (serviceName ?? SYSTEM);
}

/** Stands where lines may be missing. */
export const GAP: LogLine = { message: 'Lines may be missing here: the device was not listened to' };

/** Lines of a device have a time. */
export function isGap({ timestamp }: LogLine): boolean {
  return timestamp === undefined;
}

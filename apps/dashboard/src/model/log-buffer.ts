import type { LogLine } from '@device-supervisor/api-client';

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

export function withLines(buffer: LogBuffer, added: readonly LogLine[]): LogBuffer {
  const numbered = added.map((line, index) => ({ ...line, number: buffer.next + index }));
  return { lines: [...buffer.lines, ...numbered].slice(-LINES_KEPT), next: buffer.next + added.length };
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

export function matchingLines(
  { lines }: LogBuffer,
  { service, search, errorsOnly }: LogFilter,
): readonly NumberedLine[] {
  const wanted = search.toLowerCase();
  return lines.filter(
    (line) =>
      (service === '' || ownerOf(line) === service) &&
      (!errorsOnly || line.isStdErr === true) &&
      (wanted === '' || line.message.toLowerCase().includes(wanted)),
  );
}

export function ownerOf({ isSystem, serviceName }: LogLine): string {
  return isSystem === true ? SYSTEM : (serviceName ?? SYSTEM);
}

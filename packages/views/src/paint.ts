import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

export type Format = NonNullable<Parameters<typeof styleText>[0]>;

/** Colours a text, if the stream is one for colours: `NO_COLOR` and `FORCE_COLOR` have their say. */
export type Paint = (format: Format, text: string) => string;

export function createPaint(stream: Writable): Paint {
  return (format, text) => (text === '' ? '' : styleText(format, text, { stream }));
}

/** A piece of a line and how it looks. */
export interface Span {
  readonly text: string;
  readonly format?: Format;
}

/** Puts a line together that is at most so many characters wide. */
export function renderLine(spans: readonly Span[], width: number, paint: Paint): string {
  let left = width;
  let line = '';
  for (const { text, format } of spans) {
    if (left <= 0) break;
    const shown = text.length > left ? `${text.slice(0, left - 1)}…` : text;
    left -= shown.length;
    line += format === undefined ? shown : paint(format, shown);
  }
  return line;
}

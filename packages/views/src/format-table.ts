import { stripVTControlCharacters } from 'node:util';
import type { Format, Paint } from './paint.ts';

/** One place of a table: plain text, or with how it looks. */
export type Cell = string | { readonly text: string; readonly format: Format };

/** Columns as wide as what they hold, a dim head above them; `[]` for no rows gives the head alone. */
export function formatTable(head: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => textOf(row[column] ?? '').length)),
  );
  return [head.map((text) => ({ text, format: 'dim' as const })), ...rows].map((row) => formatRow(row, widths, paint));
}

function formatRow(row: readonly Cell[], widths: readonly number[], paint: Paint): string {
  return row
    .map((cell, column) => {
      const padded = textOf(cell).padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0));
      return typeof cell === 'string' ? padded : paint(cell.format, padded);
    })
    .join('  ')
    .trimEnd();
}

/** Texts of a device may hold control characters, which a terminal would obey. */
function textOf(cell: Cell): string {
  return plainText(typeof cell === 'string' ? cell : cell.text);
}

/** A text without what a terminal would take as a command; its lines stay. */
export function plainLines(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n\t]/gu, '');
}

/** A text without what a terminal would take as a command, on one line. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '');
}

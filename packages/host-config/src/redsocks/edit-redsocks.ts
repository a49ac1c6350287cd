import type { RedsocksDocument, RedsocksEntry, RedsocksSection, Span } from './parse-redsocks.ts';

/** Text that takes the place of what stands there. */
export interface Edit extends Span {
  readonly text: string;
}

/** New values of keys, as they are printed; `null` removes a key. */
export type EntryChanges = ReadonlyMap<string, string | null>;

/** A text with some parts of it replaced; they do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}

/** The edits that set and remove keys of a section, and leave all else in its place. */
export function changeSection(
  { text }: RedsocksDocument,
  section: RedsocksSection,
  changes: EntryChanges,
): readonly Edit[] {
  const edits: Edit[] = [];
  const missing: string[] = [];
  for (const [key, value] of changes) {
    const entries = section.entries.filter((entry) => entry.key === key);
    const last = entries.at(-1);
    if (value === null) edits.push(...entries.map((entry) => removal(text, entry)));
    else if (last === undefined) missing.push(`${key} = ${value};`);
    // Of several, the last one counts.
    else edits.push(replacement(text, last, value));
  }
  if (missing.length > 0) edits.push(insertion(text, section, missing));
  return edits;
}

/** The edit that removes a section. */
export function removeSection({ text }: RedsocksDocument, section: RedsocksSection): Edit {
  return removal(text, section);
}

/** With the lines that hold nothing else. */
function removal(text: string, { start, end }: Span): Edit {
  const lineStart = startOfLine(text, start);
  const lineEnd = text.indexOf('\n', end);
  const isAlone = text.slice(lineStart, start).trim() === '' && text.slice(end, lineEnd).trim() === '';
  return isAlone ? { start: lineStart, end: lineEnd + 1, text: '' } : { start, end, text: '' };
}

/** A key may touch a value in quotes; one without quotes would become a part of the key. */
function replacement(text: string, { valueSpan }: RedsocksEntry, value: string): Edit {
  const touches = /[\w.-]/.test(text.charAt(valueSpan.start - 1));
  return { ...valueSpan, text: touches ? ` ${value}` : value };
}

/** Behind the last entry, in lines of their own where the section has such. */
function insertion(text: string, section: RedsocksSection, entries: readonly string[]): Edit {
  const last = section.entries.at(-1);
  const end = last?.end ?? section.body.start;
  const lineEnd = text.indexOf('\n', end);
  if (!/^\s*(?:\/\/.*)?$/.test(text.slice(end, lineEnd))) return { start: end, end, text: ` ${entries.join(' ')}` };
  const indent = last === undefined ? '\t' : indentOf(text, last.start);
  return { start: lineEnd + 1, end: lineEnd + 1, text: entries.map((entry) => `${indent}${entry}\n`).join('') };
}

function indentOf(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(startOfLine(text, at), at))?.[0] ?? '';
}

function startOfLine(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

import { JournalOptionError } from './errors.ts';
import { JOURNAL_FORMATS, type JournalQuery } from './journal-query.ts';
import { epochText, timeText } from './time-text.ts';

export interface Output {
  /** One of {@link JOURNAL_FORMATS}. */
  readonly format: string;
  readonly all: boolean;
  /** Without the lines that are about the journal and not from it. */
  readonly quiet: boolean;
}

/**
 * The arguments of `journalctl` for a query. Each value is part of an argument that begins with its option, or with the
 * name of a field: none can be taken for another option.
 *
 * @throws JournalOptionError
 */
export function journalArguments(query: JournalQuery, { format, all, quiet }: Output): string[] {
  if (!JOURNAL_FORMATS.some((known) => known === format)) {
    throw new JournalOptionError('format', `must be one of ${JOURNAL_FORMATS.join(', ')}`);
  }
  const { follow = false, lines } = query;
  const fromStart = lines === undefined && (query.since !== undefined || query.afterCursor !== undefined);
  return [
    '--no-pager',
    `--output=${format}`,
    ...flag('--all', query.all ?? all),
    ...flag('--quiet', quiet),
    ...flag('--follow', follow),
    ...flag('--no-tail', follow && fromStart),
    ...valued('--lines', 'lines', count(lines)),
    ...valued('--unit', 'unit', unitName(query.unit)),
    ...valued('--identifier', 'identifier', query.identifier),
    ...valued('--since', 'since', time('since', query.since)),
    ...valued('--until', 'until', time('until', query.until)),
    ...valued('--after-cursor', 'afterCursor', query.afterCursor),
    ...valued('--directory', 'directory', query.directory),
    ...valued('--root', 'root', query.root),
    ...matchArguments(query),
  ];
}

/** Longer ones are not a name, a time or a path. */
const MAX_VALUE_LENGTH = 4_096;
/** With the characters of patterns; a name may begin with a dash. */
const UNIT = /^[\w:.@\\\-*?[\]!]{1,255}$/;
const FIELD = /^[A-Z_][A-Z0-9_]{0,63}$/;
const SHORT_ID = /^[0-9a-f]{12}$/;
const FULL_ID = /^[0-9a-f]{64}$/;

function flag(argument: string, given: boolean): string[] {
  return given ? [argument] : [];
}

function valued(argument: string, option: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${argument}=${checked(option, value)}`];
}

function checked(option: string, value: string): string {
  if (value === '' || value.includes('\0') || value.length > MAX_VALUE_LENGTH) {
    throw new JournalOptionError(option, `must be a text of 1 to ${MAX_VALUE_LENGTH} characters without NUL`);
  }
  return value;
}

function count(lines: number | undefined): string | undefined {
  if (lines === undefined) return undefined;
  if (!Number.isSafeInteger(lines) || lines < 0)
    throw new JournalOptionError('lines', 'must be a whole number, 0 or more');
  return String(lines);
}

function unitName(unit: string | undefined): string | undefined {
  if (unit === undefined || UNIT.test(unit)) return unit;
  throw new JournalOptionError('unit', 'must be the name of a unit, such as docker.service, or a pattern of names');
}

function time(option: string, value: number | string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') {
    if (Number.isFinite(value) && value >= 0) return epochText(value);
    throw new JournalOptionError(option, 'must be 0 or more milliseconds');
  }
  const text = timeText(value);
  if (text === null) {
    throw new JournalOptionError(option, 'must be a time such as "2026-11-24 05:56:36", "yesterday" or "1h ago"');
  }
  return text;
}

function matchArguments({ containerId, matches = [] }: JournalQuery): string[] {
  const container = containerId === undefined ? {} : containerMatch(containerId);
  const groups = matches.length === 0 ? [container] : matches.map((group) => ({ ...group, ...container }));
  return groups
    .map((group) => Object.entries(group).map(([field, value]) => match(field, value)))
    .flatMap((group, index) => (index === 0 ? group : ['+', ...group]));
}

function match(field: string, value: string): string {
  if (!FIELD.test(field)) throw new JournalOptionError('matches', 'must have names of capitals, digits and _');
  return `${field}=${checked(field, value)}`;
}

function containerMatch(id: string): Readonly<Record<string, string>> {
  if (FULL_ID.test(id)) return { CONTAINER_ID_FULL: id };
  if (SHORT_ID.test(id)) return { CONTAINER_ID: id };
  throw new JournalOptionError('containerId', 'must be 12 or 64 hexadecimal digits');
}

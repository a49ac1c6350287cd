import { createLineReader } from './entry-lines.ts';
import { interruptible } from './interruptible.ts';
import { journalArguments } from './journal-arguments.ts';
import { parseJournalEntry, type JournalEntry } from './journal-entry.ts';
import type { JournalQuery } from './journal-query.ts';
import { runJournalctl } from './run-journalctl.ts';

/**
 * The entries of a journal, oldest first. Nothing runs before the first one is asked for; `journalctl` waits for a slow
 * consumer, and is gone when the iteration has ended. Aborting the signal ends it without an error.
 *
 * Values of more than 256 KiB are cut and end in ` […]`.
 *
 * @throws JournalOptionError at once; JournalUnavailableError, JournalFailedError, JournalFormatError while iterating
 * @example
 * ```ts
 * for await (const { timestamp, message } of readJournal({ unit: 'docker.service', lines: 10 }, signal)) {
 *   console.log(new Date(timestamp), message);
 * }
 * ```
 */
export function readJournal(query: JournalQuery, signal: AbortSignal): AsyncIterableIterator<JournalEntry> {
  const args = journalArguments(query, { format: 'json', all: true, quiet: true });
  return interruptible(signal, (stopped) => entries(runJournalctl(commandOf(query), args, stopped)));
}

/** {@link readJournal}, and every entry that is written from then on. */
export function followJournal(query: JournalQuery, signal: AbortSignal): AsyncIterableIterator<JournalEntry> {
  return readJournal({ ...query, follow: true }, signal);
}

export interface JournalTextQuery extends JournalQuery {
  /** One of {@link JOURNAL_FORMATS}. Default: `short`. */
  readonly format?: string | undefined;
}

/**
 * A journal as text in one of the formats of `journalctl`, byte by byte. Runs and ends as {@link readJournal} does.
 *
 * @throws JournalOptionError at once; JournalUnavailableError, JournalFailedError while iterating
 */
export function streamJournal(
  { format = 'short', ...query }: JournalTextQuery,
  signal: AbortSignal,
): AsyncIterableIterator<Uint8Array> {
  const args = journalArguments(query, { format, all: false, quiet: false });
  return interruptible(signal, (stopped) => runJournalctl(commandOf(query), args, stopped));
}

function commandOf({ command = 'journalctl' }: JournalQuery): string {
  return command;
}

async function* entries(chunks: AsyncGenerator<Buffer, void>): AsyncGenerator<JournalEntry, void> {
  const read = createLineReader();
  for await (const chunk of chunks) {
    for (const line of read(chunk)) yield parseJournalEntry(line);
  }
}

export { followJournal, readJournal, streamJournal } from './read-journal.ts';
export { JOURNAL_FORMATS, type JournalQuery } from './journal-query.ts';
export type { JournalEntry } from './journal-entry.ts';
export { JournalFailedError, JournalFormatError, JournalOptionError, JournalUnavailableError } from './errors.ts';

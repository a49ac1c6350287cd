export { followJournal, readJournal, streamJournal, type JournalTextQuery } from './read-journal.ts';
export { JOURNAL_FORMATS, type JournalFormat, type JournalQuery } from './journal-query.ts';
export type { JournalEntry } from './journal-entry.ts';
export {
  JournalFailedError,
  JournalFormatError,
  JournalOptionError,
  JournalUnavailableError,
  type JournalFailure,
} from './errors.ts';

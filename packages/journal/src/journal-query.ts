/** Which entries of which journal. Everything that is given must hold. */
export interface JournalQuery {
  /** The most recent ones only. Absent: all; when following without `since` and `afterCursor`, the last 10. */
  readonly lines?: number | undefined;
  /** Wait for more when the end is reached. */
  readonly follow?: boolean | undefined;
  /** Fields as they are, however long or unprintable. Default: true for entries, false for text. */
  readonly all?: boolean | undefined;
  /** Name or glob pattern of a systemd unit. */
  readonly unit?: string | undefined;
  /** `SYSLOG_IDENTIFIER` of the writer. */
  readonly identifier?: string | undefined;
  /** Engine id of a container: 64 hexadecimal digits, or the first 12 of them. */
  readonly containerId?: string | undefined;
  /** From this time on: milliseconds since the epoch, a form of ISO 8601, or one that `journalctl --since` takes. */
  readonly since?: number | string | undefined;
  /** Up to this time, in the forms of `since`. */
  readonly until?: number | string | undefined;
  /** After the entry with this cursor. */
  readonly afterCursor?: string | undefined;
  /** Groups of `FIELD: value`; an entry matches when all of any one group hold. */
  readonly matches?: readonly Readonly<Record<string, string>>[] | undefined;
  /** Directory of journal files. Absent: the machine's own journal. */
  readonly directory?: string | undefined;
  /** Directory that a host's root file system is mounted at. */
  readonly root?: string | undefined;
  /** Program to run. Default: `journalctl`. */
  readonly command?: string | undefined;
}

/** Forms of text that `journalctl --output` knows. */
export const JOURNAL_FORMATS = [
  'short',
  'short-full',
  'short-iso',
  'short-iso-precise',
  'short-precise',
  'short-monotonic',
  'short-delta',
  'short-unix',
  'verbose',
  'export',
  'json',
  'json-pretty',
  'json-sse',
  'json-seq',
  'cat',
  'with-unit',
] as const;

import type { ContainerLogLine, ContainerLogSource } from './ports.ts';

/** Follows the entries of a journal that a container wrote, from a time on (milliseconds since the epoch). */
export type FollowJournal = (
  query: { readonly containerId: string; readonly since: number },
  signal: AbortSignal,
) => AsyncIterable<ContainerEntry>;

export interface ContainerEntry extends ContainerLogLine {
  readonly fields: Readonly<Record<string, string>>;
}

/** Characters of the longest line that is put together; more of it is left out. */
const LONGEST_LINE = 256 * 1024;

/** The lines as the journal has them: for containers with the log driver `journald`. Does not end with the container. */
export function journalLogSource(followJournal: FollowJournal): ContainerLogSource {
  return {
    async *follow({ id }, since, signal) {
      const begun = { stdout: '', stderr: '' };
      for await (const { message, timestamp, isStdErr, fields } of followJournal({ containerId: id, since }, signal)) {
        const stream = isStdErr ? 'stderr' : 'stdout';
        const line = `${begun[stream]}${message}`.slice(0, LONGEST_LINE);
        // Engines cut lines of more than 16 KiB, and say so of all pieces but the last.
        const isPiece = fields['CONTAINER_PARTIAL_MESSAGE'] === 'true';
        begun[stream] = isPiece ? line : '';
        // A terminal ends lines with a carriage return, which the engine leaves in the journal.
        if (!isPiece) yield { message: line.replace(/\r$/, ''), timestamp, isStdErr };
      }
    },
  };
}

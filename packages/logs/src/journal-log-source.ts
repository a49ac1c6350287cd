import type { ContainerLogLine, ContainerLogSource } from './ports.ts';

/** Follows the entries of a journal that a container wrote, from a time on (milliseconds since the epoch). */
export type FollowJournal = (
  query: { readonly containerId: string; readonly since: number },
  signal: AbortSignal,
) => AsyncIterable<ContainerLogLine>;

/** The lines as the journal has them: for containers with the log driver `journald`. Does not end with the container. */
export function journalLogSource(followJournal: FollowJournal): ContainerLogSource {
  return {
    async *follow({ id }, since, signal) {
      for await (const { message, timestamp, isStdErr } of followJournal({ containerId: id, since }, signal)) {
        // A terminal ends lines with a carriage return, which the engine leaves in the journal.
        yield { message: message.replace(/\r$/, ''), timestamp, isStdErr };
      }
    },
  };
}

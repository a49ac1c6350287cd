import type { ApiClient } from '@device-supervisor/api-client';
import type { Screen } from '@device-supervisor/views';
import type { Readable, Writable } from 'node:stream';

/** The context of a command. */
export interface Context {
  readonly client: ApiClient;
  readonly screen: Screen;
  /** Output for programs, instead of people. */
  readonly json: boolean;
  /** Where what is no text goes. */
  readonly output: Writable;
  readonly isTerminal: boolean;
  readonly now: () => number;
  /** Aborted when the user has had enough. */
  readonly signal: AbortSignal;
  /** News about the connection, and questions: never mixed with what the command prints. */
  readonly notes: Writable;
  readonly input: Readable;
  /** Whether a person can answer. */
  readonly isInteractive: boolean;
}

/** Prints an answer of the device: as it came for programs, as lines for people. */
export function show({ screen, json }: Context, answer: object, lines: () => readonly string[]): void {
  if (!json) {
    for (const line of lines()) screen.print(line);
    return;
  }
  screen.print(JSON.stringify(withoutStatus(answer), null, 2));
}

/** The exit code says that it succeeded. */
function withoutStatus(answer: object): object {
  return Object.fromEntries(Object.entries(answer).filter(([name, value]) => name !== 'status' || value !== 'success'));
}

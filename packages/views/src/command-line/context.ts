import type { ApiClient } from '@device-supervisor/api-client';
import type { Writable } from 'node:stream';
import type { Screen } from '../screen.ts';

/** The context of a command about a device. */
export interface DeviceContext {
  readonly client: ApiClient;
  readonly screen: Screen;
  /** Output for programs, instead of people. */
  readonly json: boolean;
  readonly now: () => number;
  /** Aborted when the user has had enough. */
  readonly signal: AbortSignal;
  /** News about the connection, and questions: never mixed with what the command prints. */
  readonly notes: Writable;
}

/** Prints an answer of the device: as it came for programs, as lines for people. */
export function show(
  { screen, json }: Pick<DeviceContext, 'screen' | 'json'>,
  answer: object,
  lines: () => readonly string[],
): void {
  if (!json) {
    for (const line of lines()) screen.print(line);
    return;
  }
  screen.print(JSON.stringify(Array.isArray(answer) ? answer : withoutStatus(answer), null, 2));
}

/** The exit code says that it succeeded. */
function withoutStatus(answer: object): object {
  return Object.fromEntries(Object.entries(answer).filter(([name, value]) => name !== 'status' || value !== 'success'));
}

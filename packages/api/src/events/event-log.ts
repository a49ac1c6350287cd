import type { ApiEvent } from './api-event.ts';

/** An event that is kept for clients that come back, with its place in the order of all. */
export interface LoggedEvent {
  /** Counted from 1. */
  readonly sequence: number;
  readonly event: ApiEvent;
}

/** The last events, for late and slow readers. Its length is fixed. */
export interface EventLog {
  /** Changes with each run of the supervisor: sequence numbers of another one mean nothing. */
  readonly run: string;
  /** Sequence number of the last event that was kept; 0: none was. */
  readonly last: number;
  /** Sequence number of the oldest event that is still there; `last + 1`: none is. */
  readonly oldest: number;
  append(event: ApiEvent): void;
  /** The first kept event after `sequence`; `null`: there is none yet. */
  after(sequence: number): LoggedEvent | null;
  /** Calls back on every event, kept or not, after it has been appended. */
  listen(listener: (event: ApiEvent) => void): Disposable;
}

/** @param capacity events that are kept; those that the next one supersedes are not */
export function createEventLog(run: string, capacity: number): EventLog {
  const kept: ApiEvent[] = [];
  const listeners = new Set<(event: ApiEvent) => void>();
  let last = 0;
  const log: EventLog = {
    run,
    get last() {
      return last;
    },
    get oldest() {
      return Math.max(1, last - capacity + 1);
    },
    append(event) {
      if (event.supersedes === null) {
        kept[last % capacity] = event;
        last++;
      }
      for (const listener of listeners) listener(event);
    },
    after(sequence) {
      const next = Math.max(sequence + 1, log.oldest);
      const event = next > last ? undefined : kept[(next - 1) % capacity];
      return event === undefined ? null : { sequence: next, event };
    },
    listen(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
  return log;
}

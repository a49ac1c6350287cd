import type { LogLine } from '../supervisor/stream-logs.ts';

/** What the supervisor's own lines say of a service, as far as its status does not say it. */
export interface ServiceEvents {
  /** Why the last thing that was tried failed; `null`: nothing failed since something succeeded. */
  readonly failure: { readonly reason: string; readonly attempts: number; readonly retries: boolean } | null;
  /** What it waits for; `null`: nothing. */
  readonly block: Block | null;
}

export interface Block {
  readonly reason: string;
  /** It may come about by itself. */
  readonly passes: boolean;
  /** The new container runs, and the old one until it takes over: the update is not over yet. */
  readonly handOver: boolean;
}

export const NO_EVENTS: ServiceEvents = { failure: null, block: null };

const FAILED = /^Failed to (\w+) (?:image|service) '.*?' due to '(.*)'(?:, (retrying) in [^,]*)?$/s;
const SUCCEEDED = /^(?:Downloaded|Installed|Started) (?:image|service) '/;
const WAITS = /^Service '.*?' has to wait: (.*)$/s;
/** Whatever else is waited for is wrong in the project. */
const PASSING = /: waits for |is being removed/;
const HAND_OVER = /^the old container runs until /;
const IN_VAIN = /, but /;
const LOCKED = /^Updates are locked/;
/** With it go a held lock, and the old container of a hand-over. */
const REMOVED = /^Removed service '/;

/** Takes in a line of the supervisor about a service. Other lines leave things as they are. */
export function readServiceEvent(events: ServiceEvents, { message, isSystem }: LogLine): ServiceEvents {
  if (!isSystem) return events;
  const [, action, reason, retries] = FAILED.exec(message) ?? [];
  if (action !== undefined && reason !== undefined) {
    const attempts = (events.failure?.attempts ?? 0) + 1;
    return { ...events, failure: { reason: `cannot ${action}: ${reason}`, attempts, retries: retries !== undefined } };
  }
  if (SUCCEEDED.test(message)) return NO_EVENTS;
  if (REMOVED.test(message)) return { ...events, block: null };
  const wait = WAITS.exec(message)?.[1];
  if (wait !== undefined) {
    const handOver = HAND_OVER.test(wait);
    const passes = handOver || (PASSING.test(wait) && !IN_VAIN.test(wait));
    return { ...events, block: { reason: wait, passes, handOver } };
  }
  if (LOCKED.test(message)) {
    return { ...events, block: { reason: 'it holds its update lock', passes: false, handOver: false } };
  }
  return events;
}

import type { Clock } from '@device-supervisor/primitives';
import { contextOf, type SystemContext } from '../log-message.ts';
import type { LogPosition } from '../log-position.ts';
import type { ContainerLogLine } from '../ports.ts';
import type { WatchedContainer } from '../watched-container.ts';
import type { SpooledMessage } from './fair-spool.ts';
import { LINES_PER_SECOND } from './pace.ts';

/**
 * How far each container's log is behind, and what follows from it. A log is behind while some of its lines wait for the
 * pace of the upload; time without a connection does not count.
 */
export interface Backlog {
  /** Lines that were sent more than a second after the server could have had them, because of the pace. */
  readonly delayed: number;
  /** A line was read. `false`: it is left out, and counted. */
  admits(container: WatchedContainer, line: ContainerLogLine, position: LogPosition): boolean;
  /** A line of the container is being sent. `isLast`: no more of it waits. */
  taken(item: SpooledMessage, isLast: boolean): void;
  connected(): void;
  disconnected(): void;
  clear(): void;
}

export interface BacklogOptions {
  readonly clock: Clock;
  /** Says something in the log of a service. */
  readonly say: (message: string, context: SystemContext) => void;
  /** Takes the lines of a container out of the spool. @returns how many, and the position after the last one */
  readonly discard: (containerId: string) => { readonly count: number; readonly position: LogPosition | null };
  /** `count` lines were left out, the last one at `position`. */
  readonly onSkipped: (skipped: Skipped) => void;
}

export interface Skipped {
  readonly containerId: string;
  readonly context: SystemContext;
  readonly count: number;
  readonly position: LogPosition;
}

/**
 * Milliseconds that a log may be behind while the server takes lines; then its waiting lines are left out with a count and
 * it continues with the newest. Enough for what piles up in an outage: 24,000 lines. The cloud itself keeps far fewer.
 */
export const LONGEST_BEHIND = 300_000;
/** Milliseconds behind from which the log of a service says that its lines come late. */
const NOTABLE = 10_000;
/** Milliseconds behind from which a line counts as delayed. */
const DELAYED = 1_000;
/** Milliseconds without another line to leave out, after which the count is final. */
const SKIP_PAUSE = 1_000;
/** Milliseconds that lines are left out at most: a clock that was set back would make new lines look old. */
const LONGEST_SKIP = 120_000;

export function createBacklog({ clock, say, discard, onSkipped }: BacklogOptions): Backlog {
  const states = new Map<string, State>();
  let delayed = 0;
  /** `null`: connected. */
  let awaySince: number | null = null;

  const finishSkip = (id: string, state: State): void => {
    const { skip } = state;
    if (skip === null) return;
    skip.timer?.[Symbol.dispose]();
    states.delete(id);
    const { count, position } = skip;
    if (position !== null && count > 0) onSkipped({ containerId: id, context: state.context, count, position });
  };
  const beginSkip = (id: string, state: State): void => {
    const { count, position } = discard(id);
    state.skip = { until: clock.now(), since: clock.monotonic(), count, position, timer: null };
    awaitMore(id, state);
  };
  const awaitMore = (id: string, state: State): void => {
    const { skip } = state;
    if (skip === null) return;
    skip.timer?.[Symbol.dispose]();
    skip.timer = clock.schedule(SKIP_PAUSE, () => finishSkip(id, state));
  };

  return {
    get delayed() {
      return delayed;
    },
    admits({ id }, { timestamp }, position) {
      const state = states.get(id);
      const skip = state?.skip ?? null;
      if (state === undefined || skip === null) return true;
      if (timestamp >= skip.until || clock.monotonic() - skip.since > LONGEST_SKIP) {
        finishSkip(id, state);
        return true;
      }
      skip.count++;
      skip.position = position;
      awaitMore(id, state);
      return false;
    },
    taken({ origin, message }, isLast) {
      if (origin === null) return;
      const { containerId: id } = origin;
      // An attempt to connect is no time with a connection.
      const now = awaySince ?? clock.monotonic();
      const state = states.get(id) ?? newState(message, now);
      if (state.skip !== null) return;
      const behind = now - state.behindSince;
      if (behind > DELAYED) {
        delayed++;
        state.delayed++;
      }
      const whose = `Messages of service '${message.serviceName}'`;
      if (isLast) {
        states.delete(id);
        if (state.isTold) say(`${whose} are up to date again: ${state.delayed} came late`, state.context);
        return;
      }
      states.set(id, state);
      if (behind > LONGEST_BEHIND) return beginSkip(id, state);
      if (behind <= NOTABLE || state.isTold) return;
      state.isTold = true;
      say(
        `${whose} come late: more wait than the cloud takes, ${LINES_PER_SECOND} per second of a device`,
        state.context,
      );
    },
    connected() {
      if (awaySince === null) return;
      const away = clock.monotonic() - awaySince;
      awaySince = null;
      for (const state of states.values()) state.behindSince += away;
    },
    disconnected() {
      awaySince ??= clock.monotonic();
    },
    clear() {
      for (const { skip } of states.values()) skip?.timer?.[Symbol.dispose]();
      states.clear();
      awaySince = null;
    },
  };
}

/** Of a container that is behind. */
interface State {
  readonly context: SystemContext;
  /** Milliseconds of a clock that never jumps. */
  behindSince: number;
  /** Its log says that lines come late. */
  isTold: boolean;
  /** Since it fell behind. */
  delayed: number;
  /** `null`: nothing is left out. */
  skip: Skip | null;
}

interface Skip {
  /** Lines from before are left out; milliseconds since the epoch. */
  readonly until: number;
  readonly since: number;
  count: number;
  position: LogPosition | null;
  timer: Disposable | null;
}

function newState(message: SpooledMessage['message'], now: number): State {
  return { context: contextOf(message), behindSince: now, isTold: false, delayed: 0, skip: null };
}

import type { ResumePoint } from '../container-readers.ts';
import type { LogPosition } from '../log-position.ts';
import type { Clock } from '../ports.ts';

/** Remembers a text across restarts. */
export interface PositionStore {
  /** `null`: none was saved. */
  load(): string | null;
  save(text: string): void;
}

/** Up to where the server is known to have the lines of each container. */
export interface SavedPositions extends Disposable {
  /** Where to go on reading. */
  readonly resume: ResumePoint;
  /** The server has all lines up to there. */
  confirm(positions: ReadonlyMap<string, LogPosition>): void;
  /** The containers there are: what was known of all but a few others is forgotten. */
  keep(ids: ReadonlySet<string>): void;
  /** Forgets everything: what is written from now on counts. */
  reset(): void;
}

export interface SavedPositionsOptions {
  readonly store: PositionStore;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds between two writes: the memory of a device wears out. */
const SAVE_INTERVAL = 60_000;
/** Containers that were removed, whose positions are kept: a list of containers may come late. */
const MAX_OTHERS = 50;

/** Saves at once what is new after a quiet time, else a minute after the time before, and when it is disposed of. */
export function createSavedPositions({ store, clock, onFailure }: SavedPositionsOptions): SavedPositions {
  const loaded = parse(store.load(), clock.now());
  let since = loaded?.since ?? clock.now();
  let known = new Map(loaded?.positions);
  let savedAt = Number.NEGATIVE_INFINITY;
  let isChanged = false;
  let timer: Disposable | null = null;

  const saveNow = (): void => {
    timer?.[Symbol.dispose]();
    timer = null;
    savedAt = clock.now();
    try {
      store.save(format(since, known));
      isChanged = false;
    } catch (error) {
      // The next change tries again. Lines will be sent twice, should we end before.
      onFailure(error);
    }
  };
  const save = (): void => {
    isChanged = true;
    if (timer !== null) return;
    const elapsed = clock.now() - savedAt;
    if (elapsed >= SAVE_INTERVAL || elapsed < 0) saveNow();
    else timer = clock.schedule(SAVE_INTERVAL - elapsed, saveNow);
  };
  const reset = (): void => {
    since = clock.now();
    known = new Map();
    isChanged = true;
    saveNow();
  };

  // A container that starts before anything is confirmed is read from its first line on also in the next run.
  if (loaded === null) reset();
  return {
    get resume() {
      return { since, positions: new Map(known) };
    },
    confirm(confirmed) {
      for (const [id, position] of confirmed) {
        known.delete(id);
        known.set(id, position);
      }
      if (confirmed.size > 0) save();
    },
    keep(ids) {
      const others = [...known.keys()].filter((id) => !ids.has(id));
      for (const id of others.slice(0, -MAX_OTHERS)) known.delete(id);
    },
    reset,
    [Symbol.dispose]() {
      if (isChanged) saveNow();
      timer?.[Symbol.dispose]();
    },
  };
}

function format(since: number, positions: ReadonlyMap<string, LogPosition>): string {
  return JSON.stringify({
    since,
    containers: [...positions].map(([id, { timestamp, seen }]) => [id, timestamp, seen]),
  });
}

interface Parsed {
  readonly since: number;
  readonly positions: [string, LogPosition][];
}

/** `null`: there is nothing, or nothing that can be understood. A time to come is one of a clock that was set since. */
function parse(text: string | null, now: number): Parsed | null {
  if (text === null) return null;
  const saved = parseJson(text);
  if (typeof saved !== 'object' || saved === null || !('since' in saved) || !('containers' in saved)) return null;
  const { since, containers } = saved;
  if (typeof since !== 'number' || !Array.isArray(containers)) return null;
  return { since: Math.min(since, now), positions: containers.flatMap((entry) => parsePosition(entry, now)) };
}

function parsePosition(entry: unknown, now: number): [string, LogPosition][] {
  if (!Array.isArray(entry)) return [];
  const values: readonly unknown[] = entry;
  const [id, timestamp, seen] = values;
  if (typeof id !== 'string' || typeof timestamp !== 'number' || typeof seen !== 'number') return [];
  return [[id, timestamp > now ? { timestamp: now, seen: 0 } : { timestamp, seen }]];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

import { tryParseJson, type Clock } from '@device-supervisor/primitives';
import type { ResumePoint } from '../container-readers.ts';
import type { LogPosition } from '../log-position.ts';

/** Remembers a text across restarts. */
export interface PositionStore {
  /** `null`: none was saved. */
  load(): string | null;
  save(text: string): void;
}

/** Up to where the server is known to have the lines of each container. */
export interface SavedPositions extends Disposable {
  /** Where to continue reading. */
  readonly resume: ResumePoint;
  /** The server has all lines up to there. */
  confirm(positions: ReadonlyMap<string, LogPosition>): void;
  /** The containers there are: what was known of all but a few others is forgotten. */
  keep(ids: ReadonlySet<string>): void;
  /** Forgets everything: what is written from now on counts. */
  reset(): void;
}

export interface SavedPositionsOptions {
  /** Survives a boot. Written once a minute at most, because the memory of a device wears out. */
  readonly store: PositionStore;
  /** Survives the end of the process, not a boot: a file in memory. Written each time that lines are confirmed. */
  readonly quickStore: PositionStore;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds between two writes to the durable store. */
const SAVE_INTERVAL = 60_000;
/** Containers that were removed, whose positions are kept: a list of containers may come late. */
const MAX_OTHERS = 50;

/**
 * After a kill, reading continues from the quick store: after the last line that the server confirmed. After a power cut the
 * durable store counts: what was confirmed in the minute before is sent again, as far as the journal still has it.
 */
export function createSavedPositions({ store, quickStore, clock, onFailure }: SavedPositionsOptions): SavedPositions {
  const [durable, quick] = [store, quickStore].map((each) => parse(load(each, onFailure), clock.now()));
  const loaded = latest(durable ?? null, quick ?? null);
  let saves = loaded?.saves ?? 0;
  let since = loaded?.since ?? clock.now();
  let known = new Map(loaded?.positions);
  let savedAt = Number.NEGATIVE_INFINITY;
  let isChanged = false;
  let hasQuickFailed = false;
  let timer: Disposable | null = null;

  const saveQuick = (): void => {
    saves++;
    try {
      quickStore.save(format({ since, saves, positions: known }));
      hasQuickFailed = false;
    } catch (error) {
      // Lines since the last write to the durable store are sent twice, should we be killed.
      if (!hasQuickFailed) onFailure(error);
      hasQuickFailed = true;
    }
  };

  const saveNow = (): void => {
    timer?.[Symbol.dispose]();
    timer = null;
    savedAt = clock.now();
    try {
      store.save(format({ since, saves, positions: known }));
      isChanged = false;
    } catch (error) {
      // The next change tries again. Lines will be sent twice, should we end before.
      onFailure(error);
    }
  };
  const save = (): void => {
    saveQuick();
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
    saveQuick();
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

/** A store that cannot be read is as good as an empty one: lines are sent twice. */
function load(store: PositionStore, onFailure: (error: unknown) => void): string | null {
  try {
    return store.load();
  } catch (error) {
    onFailure(error);
    return null;
  }
}

/** The quick store may be of another device, or of an earlier database of this one: then it began at another time. */
function latest(durable: Parsed | null, quick: Parsed | null): Parsed | null {
  if (durable === null || quick === null) return durable;
  return quick.begun === durable.begun && quick.saves >= durable.saves ? quick : durable;
}

interface Formatted {
  readonly since: number;
  readonly saves: number;
  readonly positions: ReadonlyMap<string, LogPosition>;
}

function format({ since, saves, positions }: Formatted): string {
  return JSON.stringify({
    since,
    saves,
    containers: [...positions].map(([id, { timestamp, seen }]) => [id, timestamp, seen]),
  });
}

interface Parsed {
  /** `since` as it was saved, which tells one series of saves from another. */
  readonly begun: number;
  readonly since: number;
  /** Number of saves so far: of two texts, the one with more is newer. */
  readonly saves: number;
  readonly positions: [string, LogPosition][];
}

/** `null`: there is nothing, or nothing that can be understood. A time to come is one of a clock that was set since. */
function parse(text: string | null, now: number): Parsed | null {
  if (text === null) return null;
  const saved = tryParseJson(text);
  if (typeof saved !== 'object' || saved === null || !('since' in saved) || !('containers' in saved)) return null;
  const { since, containers } = saved;
  if (typeof since !== 'number' || !Array.isArray(containers)) return null;
  const saves = 'saves' in saved && typeof saved.saves === 'number' ? saved.saves : 0;
  return {
    begun: since,
    since: Math.min(since, now),
    saves,
    positions: containers.flatMap((entry) => parsePosition(entry, now)),
  };
}

function parsePosition(entry: unknown, now: number): [string, LogPosition][] {
  if (!Array.isArray(entry)) return [];
  const values: readonly unknown[] = entry;
  const [id, timestamp, seen] = values;
  if (typeof id !== 'string' || typeof timestamp !== 'number' || typeof seen !== 'number') return [];
  return [[id, timestamp > now ? { timestamp: now, seen: 0 } : { timestamp, seen }]];
}

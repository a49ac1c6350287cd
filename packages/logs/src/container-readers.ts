import type { Clock } from '@device-supervisor/primitives';
import { startContainerReader, type ContainerReader } from './container-reader.ts';
import type { LogPosition } from './log-position.ts';
import type { ContainerLogLine, ContainerLogSource } from './ports.ts';
import type { WatchedContainer } from './watched-container.ts';

/** One reader for each running container, while there are sinks for its lines. */
export interface ContainerReaders {
  /** The containers that run now, and those that have ended. One that is gone may finish what it has to say. */
  watch(list: readonly WatchedContainer[]): void;
  /** Reads what is written from now on, or from where `resume` says. */
  open(): void;
  /** There is room again for the lines of a container that was read until there was none. */
  resume(id: string): void;
  /** Reads nothing any more. */
  close(): void;
  /** Resolves when all stopped readers have ended. */
  closed(): Promise<void>;
}

export interface ContainerReadersOptions {
  readonly source: ContainerLogSource;
  readonly clock: Clock;
  /** A line, and the position after it. `false`: no room for more of this container until it is resumed. */
  readonly onLine: (container: WatchedContainer, line: ContainerLogLine, position: LogPosition) => boolean;
  readonly onFailure: (container: WatchedContainer, error: unknown) => void;
  /** Lines after the position may be kept no longer: this is the first that there is. */
  readonly onGap: (container: WatchedContainer, position: LogPosition, first: ContainerLogLine) => void;
  /** Where reading begins. Absent: when it is opened. */
  readonly resume?: ResumePoint;
}

/** Up to where a reader of an earlier run had read. */
export interface ResumePoint {
  /** By container. */
  readonly positions: ReadonlyMap<string, LogPosition>;
  /** Of containers without a position, the lines from here on are new; milliseconds since the epoch. */
  readonly since: number;
}

export function createContainerReaders({
  source,
  clock,
  onLine,
  onFailure,
  onGap,
  resume,
}: ContainerReadersOptions): ContainerReaders {
  const entries = new Map<string, Entry>();
  const positions = new Map<string, LogPosition>(resume?.positions);
  const endings = new Set<Promise<void>>();
  /** Containers that have ended, and have been heard to the end or will be. */
  let heard: ReadonlySet<string> = new Set();
  let watchedAt = clock.now();
  /** `null`: no sink wants lines. */
  let openedAt: number | null = null;

  const stop = (entry: Entry): void => {
    const { reader, container } = entry;
    if (!entry.isRunning) entries.delete(container.id);
    if (reader === null) return;
    entry.reader = null;
    remember(positions, container.id, reader.position);
    const ending = reader.stop().finally(() => endings.delete(ending));
    endings.add(ending);
  };
  const start = (entry: Entry, from: number): void => {
    const { id, name } = entry.container;
    const since = resume === undefined ? from : Number.NEGATIVE_INFINITY;
    const known = positions.get(id) ?? { timestamp: resume?.since ?? watchedAt - LIST_AGE, seen: 0 };
    entry.reader = startContainerReader({
      source,
      clock,
      container: { id, name },
      position: known.timestamp < since ? { timestamp: since, seen: 0 } : known,
      onLine: (line, position) => onLine(entry.container, line, position),
      onFailure: (error) => onFailure(entry.container, error),
      onGap: (position, first) => onGap(entry.container, position, first),
      onEnd: () => stop(entry),
    });
  };
  const update = (entry: Entry): void => {
    if (!entry.isRunning) {
      if (entry.reader === null) stop(entry);
      else entry.reader.drain();
    } else if (openedAt === null || entry.container.level === 'none') {
      stop(entry);
    } else if (entry.reader === null) {
      start(entry, openedAt);
    } else {
      entry.reader.wake();
    }
  };

  /** The last words of a container that was not seen to run, or has run again since they were read. */
  const hear = (container: WatchedContainer): void => {
    if (openedAt === null || container.level === 'none') return;
    if (entries.has(container.id) || heard.has(container.id)) return;
    const entry: Entry = { container, isRunning: false, reader: null };
    entries.set(container.id, entry);
    start(entry, openedAt);
  };

  return {
    watch(list) {
      for (const entry of entries.values()) entry.isRunning = false;
      for (const container of list) {
        const entry = entries.get(container.id);
        if (container.hasEnded === true) hear(container);
        else if (entry === undefined) entries.set(container.id, { container, isRunning: true, reader: null });
        else Object.assign(entry, { container, isRunning: true });
      }
      for (const entry of entries.values()) update(entry);
      heard = new Set(list.flatMap(({ id, hasEnded }) => (hasEnded === true ? [id] : [])));
      watchedAt = clock.now();
    },
    open() {
      openedAt = clock.now();
      for (const entry of entries.values()) update(entry);
    },
    resume: (id) => entries.get(id)?.reader?.resume(),
    close() {
      openedAt = null;
      for (const entry of entries.values()) stop(entry);
    },
    async closed() {
      await Promise.all(endings);
    },
  };
}

/**
 * Milliseconds that a list of containers may be old when it is handed over: a container that was not on it may have
 * run that long already.
 */
const LIST_AGE = 10_000;
/** Containers that are gone may come back: a service that was stopped is started again. */
const MAX_POSITIONS = 500;

interface Entry {
  container: WatchedContainer;
  isRunning: boolean;
  /** `null`: nothing of it is of interest. */
  reader: ContainerReader | null;
}

/** Keeps the latest ones: containers come and go for years. */
function remember(positions: Map<string, LogPosition>, id: string, position: LogPosition): void {
  positions.delete(id);
  positions.set(id, position);
  for (const oldest of positions.keys()) {
    if (positions.size <= MAX_POSITIONS) return;
    positions.delete(oldest);
  }
}

import type { Clock } from '@device-supervisor/primitives';
import { createReplayFilter, isGap, positionAfter, type LogPosition } from './log-position.ts';
import type { ContainerLogLine, ContainerLogSource, LoggedContainer } from './ports.ts';

/** Reads the lines of one container for as long as it is asked to, over any number of streams. */
export interface ContainerReader {
  readonly position: LogPosition;
  /** Does not wait any longer before it tries again; continues if it was about to end. */
  wake(): void;
  /** There is room for more lines again. */
  resume(): void;
  /** Lets the container finish what it has to say, then ends. */
  drain(): void;
  /** Ends at once. */
  stop(): Promise<void>;
}

export interface ContainerReaderOptions {
  readonly source: ContainerLogSource;
  readonly clock: Clock;
  readonly container: LoggedContainer;
  readonly position: LogPosition;
  /** A line, and the position after it. `false`: no more for now; reading ends until it is resumed. */
  readonly onLine: (line: ContainerLogLine, position: LogPosition) => boolean;
  /** Lines after the position may be kept no longer: this is the first that there is. */
  readonly onGap: (position: LogPosition, first: ContainerLogLine) => void;
  /** Told once, until lines can be read again. */
  readonly onFailure: (error: unknown) => void;
  /** It has drained. */
  readonly onEnd: () => void;
}

export function startContainerReader(options: ContainerReaderOptions): ContainerReader {
  const { source, clock, container } = options;
  const controller = new AbortController();
  let { position } = options;
  let attempts = 0;
  let hasFailed = false;
  let flow: 'open' | 'paused' | 'resumed' = 'open';
  let isDraining = false;
  let retry: Disposable | null = null;
  let lastWords: Disposable | null = null;
  let reading: Promise<void> | null = null;

  const end = (): void => {
    retry?.[Symbol.dispose]();
    lastWords?.[Symbol.dispose]();
    controller.abort();
  };
  const finishDraining = (): void => {
    end();
    options.onEnd();
  };
  const awaitLastWords = (): void => {
    lastWords?.[Symbol.dispose]();
    lastWords = clock.schedule(DRAIN_TIME, finishDraining);
  };
  const read = async (): Promise<void> => {
    const isNew = createReplayFilter(position);
    let isFirst = true;
    try {
      for await (const line of source.follow(container, position.timestamp, controller.signal)) {
        if (controller.signal.aborted) return;
        if (isFirst && isGap(position, line)) options.onGap(position, line);
        isFirst = false;
        if (!isNew(line)) continue;
        attempts = 0;
        hasFailed = false;
        position = positionAfter(position, line);
        if (isDraining) awaitLastWords();
        if (options.onLine(line, position)) continue;
        flow = 'paused';
        lastWords?.[Symbol.dispose]();
        return;
      }
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!hasFailed) options.onFailure(error);
      hasFailed = true;
    }
  };
  const finish = (): void => {
    reading = null;
    if (controller.signal.aborted || flow === 'paused') return;
    if (flow === 'resumed') start();
    else if (isDraining) finishDraining();
    else retry = clock.schedule(backoff(attempts++), start);
  };
  const start = (): void => {
    retry = null;
    flow = 'open';
    if (isDraining) awaitLastWords();
    reading = read().then(finish);
  };

  start();
  return {
    get position() {
      return position;
    },
    wake() {
      lastWords?.[Symbol.dispose]();
      isDraining = false;
      if (retry === null) return;
      retry[Symbol.dispose]();
      start();
    },
    resume() {
      if (flow !== 'paused') return;
      // The stream that was left may not be closed yet.
      if (reading === null) start();
      else flow = 'resumed';
    },
    drain() {
      if (isDraining) return;
      isDraining = true;
      if (retry !== null) {
        // The stream has ended before: the last lines may have come after.
        retry[Symbol.dispose]();
        start();
      } else if (flow !== 'paused') {
        awaitLastWords();
      }
    },
    async stop() {
      end();
      await reading;
    },
  };
}

/** Milliseconds without a line after which a container that is gone has nothing more to say. */
const DRAIN_TIME = 5_000;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

function backoff(attempts: number): number {
  return Math.min(LAST_RETRY, FIRST_RETRY * 2 ** attempts);
}

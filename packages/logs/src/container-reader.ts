import { createReplayFilter, positionAfter, type LogPosition } from './log-position.ts';
import type { Clock, ContainerLogLine, ContainerLogSource, LoggedContainer } from './ports.ts';

/** Reads the lines of one container for as long as it is asked to, over any number of streams. */
export interface ContainerReader {
  readonly position: LogPosition;
  /** Does not wait any longer before it tries again; goes on if it was about to end. */
  wake(): void;
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
  readonly onLine: (line: ContainerLogLine) => void;
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
  let retry: Disposable | null = null;
  let draining: Disposable | null = null;
  let reading: Promise<void> | null = null;

  const end = (): void => {
    retry?.[Symbol.dispose]();
    draining?.[Symbol.dispose]();
    controller.abort();
  };
  const read = async (): Promise<void> => {
    const isNew = createReplayFilter(position);
    try {
      for await (const line of source.follow(container, position.timestamp, controller.signal)) {
        if (controller.signal.aborted) return;
        if (!isNew(line)) continue;
        attempts = 0;
        hasFailed = false;
        position = positionAfter(position, line);
        options.onLine(line);
      }
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!hasFailed) options.onFailure(error);
      hasFailed = true;
    }
  };
  const finish = (): void => {
    reading = null;
    if (controller.signal.aborted) return;
    if (draining === null) {
      retry = clock.schedule(backoff(attempts++), start);
    } else {
      end();
      options.onEnd();
    }
  };
  const start = (): void => {
    retry = null;
    reading = read().then(finish);
  };

  start();
  return {
    get position() {
      return position;
    },
    wake() {
      draining?.[Symbol.dispose]();
      draining = null;
      if (retry === null) return;
      retry[Symbol.dispose]();
      start();
    },
    drain() {
      if (draining !== null) return;
      draining = clock.schedule(DRAIN_TIME, () => {
        end();
        options.onEnd();
      });
      if (retry === null) return;
      // The stream has ended before: the last lines may have come after.
      retry[Symbol.dispose]();
      start();
    },
    async stop() {
      end();
      await reading;
    },
  };
}

/** Milliseconds that a source which does not end by itself gets for the last lines of a container. */
const DRAIN_TIME = 5_000;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

function backoff(attempts: number): number {
  return Math.min(LAST_RETRY, FIRST_RETRY * 2 ** attempts);
}

import type { LogEntry } from './world.ts';

/** Milliseconds between two times that the server stores the lines of a stream. */
const WINDOW = 500;
/** Lines of one stream that it stores at a time. */
const LIMIT = 50;

/** Lines of one stream on their way into the device's log. */
export interface LogWindow {
  push(entry: LogEntry): void;
  /** Stores what is left; to be called when the stream has ended, in whatever way. */
  end(): void;
}

/**
 * The real server's rate limit: it stores at most 50 lines of a stream every 500 ms. Of more lines the oldest are dropped,
 * and a line of the server's own says how many; the client does not learn of it.
 */
export function openLogWindow(logs: LogEntry[]): LogWindow {
  let waiting: LogEntry[] = [];
  let suppressed = 0;

  const store = (): void => {
    if (suppressed > 0) logs.push(suppressionOf(suppressed));
    logs.push(...waiting);
    waiting = [];
    suppressed = 0;
  };
  const timer = setInterval(store, WINDOW);

  return {
    push(entry) {
      waiting.push(entry);
      if (waiting.length <= LIMIT) return;
      waiting.shift();
      suppressed++;
    },
    end() {
      clearInterval(timer);
      store();
    },
  };
}

function suppressionOf(count: number): LogEntry {
  const now = Date.now();
  const message = `Suppressed ${count} message(s) due to rate limiting`;
  return { createdAt: now, timestamp: now, isSystem: true, isStdErr: false, message };
}

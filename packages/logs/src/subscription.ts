import type { Clock } from '@device-supervisor/primitives';
import type { LogMessage } from './log-message.ts';
import { createMessageBuffer } from './message-buffer.ts';

/** The messages from one moment on, for one reader. Disposing of it, or leaving a loop over it, ends it. */
export interface LogSubscription extends AsyncIterableIterator<LogMessage>, Disposable {
  return(): Promise<IteratorResult<LogMessage>>;
}

/** The side of a subscription that messages come in at. */
export interface Sink {
  readonly subscription: LogSubscription;
  push(message: LogMessage): void;
  /** Ends it when what is waiting has been read. */
  end(): void;
}

export interface SinkOptions {
  readonly clock: Clock;
  /** Characters that may wait. */
  readonly capacity: number;
  readonly accepts: (message: LogMessage) => boolean;
  readonly onEnd: () => void;
  /** There was no room for so many messages more. */
  readonly onDrop: (count: number) => void;
}

export function createSink({ clock, capacity, accepts, onEnd, onDrop }: SinkOptions): Sink {
  const buffer = createMessageBuffer(capacity);
  const waiting: ((result: IteratorResult<LogMessage>) => void)[] = [];
  let ended = false;
  let lastNotice = Number.NEGATIVE_INFINITY;

  const next = (): IteratorResult<LogMessage> | null => {
    if (buffer.dropped > 0 && (buffer.size === 0 || clock.now() - lastNotice >= NOTICE_INTERVAL)) {
      lastNotice = clock.now();
      return { done: false, value: dropNotice(buffer.takeDropped(), lastNotice) };
    }
    const value = buffer.shift();
    if (value !== undefined) return { done: false, value };
    return ended ? { done: true, value: undefined } : null;
  };
  const serve = (): void => {
    while (waiting.length > 0) {
      const result = next();
      if (result === null) return;
      waiting.shift()?.(result);
    }
  };
  const end = (): void => {
    if (ended) return;
    ended = true;
    serve();
    onEnd();
  };
  const discard = (): void => {
    while (buffer.shift() !== undefined);
    buffer.takeDropped();
    end();
  };

  const subscription: LogSubscription = {
    next() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        serve();
      });
    },
    return() {
      discard();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => subscription,
    [Symbol.dispose]: discard,
  };

  return {
    subscription,
    end,
    push(message) {
      if (ended || !accepts(message)) return;
      const before = buffer.dropped;
      buffer.push(message);
      if (buffer.dropped > before) onDrop(buffer.dropped - before);
      serve();
    },
  };
}

/** Milliseconds between two notices, while messages are dropped all the time. */
const NOTICE_INTERVAL = 1_000;

function dropNotice(count: number, timestamp: number): LogMessage {
  return { message: `${count} ${count === 1 ? 'message' : 'messages'} dropped`, timestamp, isSystem: true };
}

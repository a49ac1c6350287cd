import type { Clock } from '@device-supervisor/primitives';
import type { SpooledMessage } from './fair-spool.ts';
import type { LogDestination, OutgoingLogStream } from './log-destination.ts';
import { createPace } from './pace.ts';
import { createStreamTime } from './stream-time.ts';
import { uploadDelay } from './upload-delay.ts';

/** Takes messages to a server, stream after stream, until it is disposed of. */
export interface Sender extends AsyncDisposable {
  connect(destination: LogDestination): void;
  /** There may be something to send. */
  wake(): void;
  /** Gives up what is on its way. */
  forget(): void;
}

/** Reported when it changes: messages arrive, or why they do not. */
export type UploadResult =
  | { readonly status: 'ok' }
  | {
      readonly status: 'failed';
      readonly error: unknown;
      /** Milliseconds. */
      readonly retryIn: number;
      /** Messages that were on their way: the server may have them, and gets them again. */
      readonly unconfirmed: number;
    };

export interface SenderOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly next: () => SpooledMessage | undefined;
  /** The server has these. */
  readonly onConfirmed: (items: readonly SpooledMessage[]) => void;
  /** The server may have these or not: `next` is to give them again. */
  readonly onReturned: (items: readonly SpooledMessage[]) => void;
  /** The server has refused to take these several times. */
  readonly onRefused: (items: readonly SpooledMessage[]) => void;
  readonly onResult: (result: UploadResult) => void;
}

/**
 * Messages on one stream at most. The server confirms a stream at its end, so this is how many are sent twice when the
 * connection breaks or the process is killed. And a stream can never have more lines than the server stores at a time.
 */
export const STREAM_MESSAGES = 20;
/** Milliseconds after which a stream ends whose predecessor failed: whether the server takes messages again shows then. */
const PROBE_TIME = 2_000;
/** Times that messages are refused before they are dropped: what refuses them may be a proxy that is set up wrongly. */
const MAX_REFUSALS = 3;
/** Milliseconds that the end of the process waits for the server. */
const LAST_CHANCE = 5_000;

export function createSender(options: SenderOptions): Sender {
  return new StreamSender(options);
}

interface Batch {
  readonly messages: readonly SpooledMessage[];
  /** Nothing else goes on the same stream. */
  readonly isComplete: boolean;
}

class StreamSender implements Sender {
  readonly #options: SenderOptions;
  readonly #pace: ReturnType<typeof createPace>;
  readonly #streamTime = createStreamTime();
  /** On the present stream, in order; `null`: there is no stream, or what was on it is forgotten. */
  #items: SpooledMessage[] | null = null;
  /** Messages that the server refused, to be tried by themselves. */
  #refused: readonly SpooledMessage[] | null = null;
  #stream: OutgoingLogStream | null = null;
  #running: Promise<void> = Promise.resolve();
  #woken = Promise.withResolvers<void>();
  #endPause: () => void = () => undefined;
  #isEnding = false;
  /** The end of the process waits no longer. */
  #isOver = false;
  #failures = 0;
  #refusals = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#pace = createPace(options.clock);
  }

  connect(destination: LogDestination): void {
    this.#running = this.#running.then(() => this.#run(destination));
  }

  wake(): void {
    this.#woken.resolve();
  }

  forget(): void {
    this.#items = null;
    this.#refused = null;
    this.#stream?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#endPause();
    this.wake();
    using _limit = this.#options.clock.schedule(LAST_CHANCE, () => {
      this.#isOver = true;
      this.#endPause();
      this.#stream?.destroy();
    });
    await this.#running;
  }

  async #run(destination: LogDestination): Promise<void> {
    while (!this.#isOver) {
      this.#woken = Promise.withResolvers();
      const batch = this.#nextBatch();
      if (batch === null) {
        if (this.#isEnding) return;
        await this.#woken.promise;
        continue;
      }
      const pause = await this.#attempt(destination, batch);
      if (pause === null) continue;
      if (this.#isEnding) return;
      await this.#pause(pause);
    }
  }

  /** @returns `null`: there is nothing to send */
  #nextBatch(): Batch | null {
    const refused = this.#refused;
    this.#refused = null;
    if (refused !== null) return { messages: refused, isComplete: true };
    const first = this.#options.next();
    return first === undefined ? null : { messages: [first], isComplete: false };
  }

  /** @returns milliseconds until the next one; `null`: it succeeded */
  async #attempt(destination: LogDestination, batch: Batch): Promise<number | null> {
    const items = [...batch.messages];
    this.#items = items;
    const begin = this.#options.clock.monotonic();
    let isOpen = true;
    try {
      const stream = destination.open();
      this.#stream = stream;
      await this.#fill(stream, { items, isComplete: batch.isComplete });
      isOpen = false;
      await stream.close();
      this.#confirm(items);
      return null;
    } catch (error) {
      this.#stream?.destroy();
      if (this.#items !== items) return null;
      if (isOpen) this.#streamTime.brokenOff(this.#options.clock.monotonic() - begin);
      return this.#fail(error, { destination, items });
    } finally {
      this.#stream = null;
    }
  }

  /** Writes until the stream has lived long enough or has enough. */
  async #fill(
    stream: OutgoingLogStream,
    { items, isComplete }: { readonly items: SpooledMessage[]; readonly isComplete: boolean },
  ): Promise<void> {
    const limit = this.#failures > 0 ? Math.min(PROBE_TIME, this.#streamTime.limit) : this.#streamTime.limit;
    const full = Promise.withResolvers<void>();
    const age = { isOver: false };
    using _timer = this.#options.clock.schedule(limit, () => {
      age.isOver = true;
      full.resolve();
    });
    const write = async ({ message }: SpooledMessage): Promise<void> => {
      await this.#keepPace(stream);
      if (!stream.write(message)) await Promise.race([stream.drained(), full.promise]);
    };
    for (const item of items.slice()) await write(item);
    if (isComplete) return;
    while (!age.isOver && items.length < STREAM_MESSAGES && items === this.#items) {
      this.#woken = Promise.withResolvers();
      const item = this.#options.next();
      if (item !== undefined) {
        items.push(item);
        await write(item);
      } else {
        if (this.#isEnding) return;
        await Promise.race([this.#woken.promise, full.promise, stream.broken]);
      }
    }
  }

  async #keepPace(stream: OutgoingLogStream): Promise<void> {
    const { delay } = this.#pace;
    if (delay > 0) {
      const over = Promise.withResolvers<void>();
      using _timer = this.#options.clock.schedule(delay, over.resolve);
      await Promise.race([over.promise, stream.broken]);
    }
    this.#pace.record();
  }

  #confirm(items: readonly SpooledMessage[]): void {
    if (this.#items !== items) return;
    this.#items = null;
    this.#refusals = 0;
    const hadFailed = this.#failures > 0;
    // A short one says nothing about how old a stream may get.
    if (!hadFailed) this.#streamTime.confirmed();
    this.#failures = 0;
    this.#options.onConfirmed(items);
    if (hadFailed) this.#options.onResult({ status: 'ok' });
  }

  #fail(
    error: unknown,
    { destination, items }: { readonly destination: LogDestination; readonly items: readonly SpooledMessage[] },
  ): number {
    const { retryAfter, isRefusal } = destination.judge(error);
    this.#items = null;
    this.#failures++;
    const retryIn = uploadDelay({ failures: this.#failures, retryAfter, random: this.#options.random() });
    this.#refusals = isRefusal ? this.#refusals + 1 : 0;
    if (this.#refusals >= MAX_REFUSALS) {
      this.#refusals = 0;
      this.#options.onRefused(items);
    } else if (isRefusal) {
      this.#refused = items;
    } else {
      this.#options.onReturned(items);
    }
    if (this.#failures === 1 && !this.#isEnding) {
      this.#options.onResult({ status: 'failed', error, retryIn, unconfirmed: items.length });
    }
    return retryIn;
  }

  async #pause(delay: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    this.#endPause = over.resolve;
    using _timer = this.#options.clock.schedule(delay, over.resolve);
    await over.promise;
  }
}

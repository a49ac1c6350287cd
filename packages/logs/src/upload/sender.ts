import type { Clock } from '../ports.ts';
import { costOf, type SpooledMessage } from './fair-spool.ts';
import type { LogDestination, OutgoingLogStream } from './log-destination.ts';
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

/** Told when it changes: that messages arrive, or why they do not. */
export type UploadResult =
  | { readonly status: 'ok' }
  | {
      readonly status: 'failed';
      readonly error: unknown;
      /** Milliseconds. */
      readonly retryIn: number;
    };

export interface SenderOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly next: () => SpooledMessage | undefined;
  /** The server has these. */
  readonly onConfirmed: (items: readonly SpooledMessage[]) => void;
  /** The server has said again and again that it does not take these. */
  readonly onRefused: (items: readonly SpooledMessage[]) => void;
  readonly onResult: (result: UploadResult) => void;
}

/** Characters on one stream: what is sent again, and kept for that, is no more. */
const STREAM_COST = 512 * 1024;
/** Milliseconds between two streams, also when there is much to send. */
const STREAM_PAUSE = 1_000;
/** Times that messages are refused before they are dropped: what refuses them may be a proxy that is set up wrongly. */
const MAX_REFUSALS = 3;
/** Milliseconds that the end of the process waits for the server. */
const LAST_CHANCE = 5_000;

export function createSender(options: SenderOptions): Sender {
  return new StreamSender(options);
}

class StreamSender implements Sender {
  readonly #options: SenderOptions;
  /** On the present stream, or on one that broke; in order. */
  #unconfirmed: SpooledMessage[] = [];
  /** Taken from the spool, and on no stream yet. */
  #first: SpooledMessage | undefined;
  #stream: OutgoingLogStream | null = null;
  #running: Promise<void> = Promise.resolve();
  #woken = Promise.withResolvers<void>();
  readonly #streamTime = createStreamTime();
  #endPause: () => void = () => undefined;
  #isEnding = false;
  #failures = 0;
  #refusals = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  connect(destination: LogDestination): void {
    this.#running = this.#running.then(() => this.#run(destination));
  }

  wake(): void {
    this.#woken.resolve();
  }

  forget(): void {
    this.#unconfirmed = [];
    this.#first = undefined;
    this.#stream?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#endPause();
    this.wake();
    using _limit = this.#options.clock.schedule(LAST_CHANCE, () => this.#stream?.destroy());
    await this.#running;
  }

  async #run(destination: LogDestination): Promise<void> {
    for (;;) {
      this.#woken = Promise.withResolvers();
      if (this.#hasWork()) {
        const pause = await this.#attempt(destination);
        if (this.#isEnding) return;
        await this.#pause(pause);
      } else {
        if (this.#isEnding) return;
        await this.#woken.promise;
      }
    }
  }

  #hasWork(): boolean {
    this.#first ??= this.#options.next();
    return this.#first !== undefined || this.#unconfirmed.length > 0;
  }

  /** @returns milliseconds until the next one */
  async #attempt(destination: LogDestination): Promise<number> {
    const items = this.#unconfirmed;
    const begin = this.#options.clock.now();
    let isOpen = true;
    try {
      const stream = destination.open();
      this.#stream = stream;
      await this.#fill(stream, items);
      isOpen = false;
      await stream.close();
      this.#confirm(items);
      return STREAM_PAUSE;
    } catch (error) {
      this.#stream?.destroy();
      if (this.#unconfirmed !== items) return STREAM_PAUSE;
      if (isOpen) this.#streamTime.brokenOff(this.#options.clock.now() - begin);
      return this.#fail(error, { destination, items });
    } finally {
      this.#stream = null;
    }
  }

  /** Writes until the stream has lived long enough or has enough. */
  async #fill(stream: OutgoingLogStream, items: SpooledMessage[]): Promise<void> {
    const full = Promise.withResolvers<void>();
    const age = { isOver: false };
    using _timer = this.#options.clock.schedule(this.#streamTime.limit, () => {
      age.isOver = true;
      full.resolve();
    });
    const written = { cost: 0 };
    const isOver = (): boolean => age.isOver || written.cost >= STREAM_COST || this.#unconfirmed !== items;
    const write = async (item: SpooledMessage): Promise<void> => {
      written.cost += costOf(item.message);
      if (!stream.write(item.message)) await Promise.race([stream.drained(), full.promise]);
    };
    for (const item of items) await write(item);
    while (!isOver()) {
      this.#woken = Promise.withResolvers();
      const item = this.#first ?? this.#options.next();
      this.#first = undefined;
      if (item !== undefined) {
        items.push(item);
        await write(item);
      } else {
        if (this.#isEnding) return;
        await Promise.race([this.#woken.promise, full.promise, stream.broken]);
      }
    }
  }

  #confirm(items: readonly SpooledMessage[]): void {
    if (this.#unconfirmed !== items) return;
    this.#unconfirmed = [];
    this.#refusals = 0;
    this.#streamTime.confirmed();
    this.#options.onConfirmed(items);
    if (this.#failures > 0) this.#options.onResult({ status: 'ok' });
    this.#failures = 0;
  }

  #fail(
    error: unknown,
    { destination, items }: { readonly destination: LogDestination; readonly items: readonly SpooledMessage[] },
  ): number {
    const { retryAfter, isRefusal } = destination.judge(error);
    this.#failures++;
    const retryIn = uploadDelay({ failures: this.#failures, retryAfter, random: this.#options.random() });
    if (this.#failures === 1 && !this.#isEnding) this.#options.onResult({ status: 'failed', error, retryIn });
    this.#refusals = isRefusal ? this.#refusals + 1 : 0;
    if (this.#refusals >= MAX_REFUSALS) {
      this.#refusals = 0;
      this.#unconfirmed = [];
      this.#options.onRefused(items);
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

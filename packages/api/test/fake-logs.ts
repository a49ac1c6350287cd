import type { LogMessage, LogStream, LogSubscription } from '../src/ports.ts';

/** Hands out the messages that are pushed, to all who are attached. */
export class FakeLogs implements LogStream {
  readonly #subscriptions = new Set<FakeSubscription>();

  get attached(): number {
    return this.#subscriptions.size;
  }

  push(message: LogMessage): void {
    for (const subscription of this.#subscriptions) subscription.push(message);
  }

  /** Makes what is attached fail. */
  fail(error: Error): void {
    for (const subscription of this.#subscriptions) subscription.fail(error);
  }

  /** Ends what is attached from this side. */
  end(): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
  }

  attach(): LogSubscription {
    const subscription = new FakeSubscription(() => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    return subscription;
  }
}

class FakeSubscription implements LogSubscription {
  readonly #onDispose: () => void;
  readonly #queue: LogMessage[] = [];
  #error: Error | undefined;
  #ended = false;
  #wake = Promise.withResolvers<void>();

  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }

  push(message: LogMessage): void {
    this.#queue.push(message);
    this.#signal();
  }

  fail(error: Error): void {
    this.#error = error;
    this.#signal();
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#onDispose();
    this.#signal();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LogMessage> {
    for (;;) {
      const message = this.#queue.shift();
      if (message !== undefined) {
        yield message;
        continue;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return;
      await this.#wake.promise;
    }
  }

  #signal(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

import type { LogMessage, LogRequest, LogStream, LogSubscription } from '../ports.ts';

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

  attach({ accepts }: LogRequest): LogSubscription {
    const subscription = new FakeSubscription(accepts, () => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    return subscription;
  }
}

class FakeSubscription implements LogSubscription {
  readonly #accepts: LogRequest['accepts'];
  readonly #onDispose: () => void;
  readonly #queue: LogMessage[] = [];
  #error: Error | undefined;
  #ended = false;
  #wake = Promise.withResolvers<void>();

  constructor(accepts: LogRequest['accepts'], onDispose: () => void) {
    this.#accepts = accepts;
    this.#onDispose = onDispose;
  }

  push(message: LogMessage): void {
    if (!this.#accepts(message)) return;
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

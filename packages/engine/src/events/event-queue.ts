import type { EngineEvent } from '@device-supervisor/device';

/** Events queued for one consumer; beyond that it has to list everything again anyway. */
const MAX_WAITING = 1000;

/** Hands events to one consumer, in order. When too many wait they are all replaced by `missed`. */
export class EventQueue {
  #waiting: EngineEvent[] = [];
  #ended: { readonly error?: Error } | null = null;
  #wake: PromiseWithResolvers<void> = Promise.withResolvers();

  push(event: EngineEvent): void {
    if (this.#ended !== null) return;
    if (this.#waiting.length >= MAX_WAITING) this.#waiting = [{ kind: 'missed' }];
    else this.#waiting.push(event);
    this.#wake.resolve();
  }

  /** The consumer sees what waits, then the end; with an error it throws. */
  end(error?: Error): void {
    this.#ended ??= error === undefined ? {} : { error };
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EngineEvent, void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
      } else if (this.#ended !== null) {
        if (this.#ended.error !== undefined) throw this.#ended.error;
        return;
      } else {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
      }
    }
  }
}

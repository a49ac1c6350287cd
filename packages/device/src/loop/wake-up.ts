import type { Clock } from '@device-supervisor/primitives';

/** The cause of a turn: a call, or the time that was asked for. */
export type Waking = 'called' | 'elapsed';

/** Wakes the loop at once, or after a time. A call before the loop waits counts. */
export class WakeUp implements Disposable {
  readonly #clock: Clock;
  #woken = Promise.withResolvers<void>();
  #timer: Disposable | null = null;
  #isCalled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): void {
    this.#isCalled = true;
    this.#woken.resolve();
  }

  /** In the place of an earlier time. @param delay milliseconds */
  after(delay: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#clock.schedule(delay, () => this.#woken.resolve());
  }

  /** Resolves when called; a time that was asked for is over then, too. */
  async wait(): Promise<Waking> {
    await this.#woken.promise;
    const waking = this.#isCalled ? 'called' : 'elapsed';
    this.#woken = Promise.withResolvers();
    this.#isCalled = false;
    this[Symbol.dispose]();
    return waking;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }
}

import type { Clock } from '@device-supervisor/primitives';

/** Wakes the loop at once, or after a time. A call before the loop waits counts. */
export class WakeUp implements Disposable {
  readonly #clock: Clock;
  #called = Promise.withResolvers<void>();
  #timer: Disposable | null = null;
  #isCalled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it was called since the last wait ended. */
  get isCalled(): boolean {
    return this.#isCalled;
  }

  now(): void {
    this.#isCalled = true;
    this.#called.resolve();
  }

  /** In the place of an earlier time. @param delay milliseconds */
  after(delay: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#clock.schedule(delay, () => this.now());
  }

  /** Resolves when called; a time that was asked for is over then, too. */
  async wait(): Promise<void> {
    await this.#called.promise;
    this.#called = Promise.withResolvers();
    this.#isCalled = false;
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }
}

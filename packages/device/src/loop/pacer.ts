import type { Clock } from '@device-supervisor/primitives';

/** A turn waits so many times as long as the last one took: the engine and the processor have the operations to do. */
const PAUSE_PER_TURN = 9;
/** However long the last one took, in milliseconds. */
const LONGEST_PAUSE = 5_000;

export interface PacerOptions {
  readonly clock: Clock;
  readonly wake: () => void;
}

/** While operations run, wakes the loop so seldom that its turns take a small part of the time. */
export class Pacer implements Disposable {
  readonly #options: PacerOptions;
  #pause = 0;
  #due: { readonly at: number; readonly timer: Disposable } | null = null;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** Takes note of what a turn took, in milliseconds. */
  record(duration: number): void {
    this.#pause = Math.min(duration * PAUSE_PER_TURN, LONGEST_PAUSE);
  }

  /** @param least milliseconds, so that many changes are seen in one turn */
  request(least: number): void {
    const { clock, wake } = this.#options;
    const pause = Math.max(least, this.#pause);
    if (pause === 0) return wake();
    const at = clock.monotonic() + pause;
    if (this.#due !== null && this.#due.at <= at) return;
    this.#due?.timer[Symbol.dispose]();
    const timer = clock.schedule(pause, () => {
      this.#due = null;
      wake();
    });
    this.#due = { at, timer };
  }

  [Symbol.dispose](): void {
    this.#due?.timer[Symbol.dispose]();
    this.#due = null;
  }
}

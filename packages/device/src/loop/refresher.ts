import type { Clock } from '../ports.ts';

/** Least time from a change to the look at it, in milliseconds: many changes are seen in one look. */
const LEAST_DELAY = 500;
/** A look waits so many times as long as the last one took: the engine has the round's own work to do. */
const PAUSE_PER_LOOK = 9;
/** However long the last one took. */
const LONGEST_DELAY = 5000;

export interface RefresherOptions {
  readonly clock: Clock;
  /** Looks at the engine and takes note of what it sees; whoever looks also tells of failures. */
  readonly look: () => Promise<void>;
}

/** Sees what has come of a round so far, and takes little of the engine's time for it. */
export class Refresher implements AsyncDisposable {
  readonly #options: RefresherOptions;
  #delay = LEAST_DELAY;
  #timer: Disposable | null = null;
  #looking: Promise<void> | null = null;
  #changedMeanwhile = false;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** Something changed on the engine. */
  request(): void {
    if (this.#looking !== null) this.#changedMeanwhile = true;
    else this.#timer ??= this.#options.clock.schedule(this.#delay, () => this.#begin());
  }

  /** Resolves when nobody looks any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    await this.#looking;
    this.#timer?.[Symbol.dispose]();
  }

  #begin(): void {
    this.#timer = null;
    this.#changedMeanwhile = false;
    this.#looking = this.#look();
  }

  async #look(): Promise<void> {
    const { clock, look } = this.#options;
    const began = clock.monotonic();
    await look().catch(() => undefined);
    this.#delay = Math.min(Math.max((clock.monotonic() - began) * PAUSE_PER_LOOK, LEAST_DELAY), LONGEST_DELAY);
    this.#looking = null;
    if (this.#changedMeanwhile) this.request();
  }
}

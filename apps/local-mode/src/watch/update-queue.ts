/** The changes of one service, one update at a time. */
export interface UpdateQueue {
  /** @param path of a changed file */
  add(path: string): void;
  /** Resolves when every change so far has been carried out. */
  idle(): Promise<void>;
}

export interface UpdateQueueOptions {
  /**
   * Carries out the changes since the last update. Changes that come meanwhile wait for the next one.
   *
   * @param paths at least one
   * @param since when the first of them came, in milliseconds on the clock of `performance.now()`
   * @returns whether the update succeeded; the changes of one that failed join the next
   */
  update(paths: ReadonlySet<string>, since: number): Promise<boolean>;
  /** Waits until the changes that belong together have come. */
  settle(): Promise<void>;
}

/** A queue that merges the changes that come while an update runs. */
export function createUpdateQueue(options: UpdateQueueOptions): UpdateQueue {
  return new Queue(options);
}

class Queue implements UpdateQueue {
  readonly #options: UpdateQueueOptions;
  #pending = new Set<string>();
  /** Changes of updates that failed; they wait for a further change. */
  #failed = new Set<string>();
  #since = 0;
  #running: Promise<void> | null = null;

  constructor(options: UpdateQueueOptions) {
    this.#options = options;
  }

  add(path: string): void {
    if (this.#pending.size === 0) this.#since = performance.now();
    this.#pending.add(path);
    this.#running ??= this.#run();
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#pending.size > 0) {
        for (let seen = -1; seen !== this.#pending.size;) {
          seen = this.#pending.size;
          await this.#options.settle();
        }
        const paths = new Set([...this.#failed, ...this.#pending]);
        this.#pending = new Set();
        this.#failed = (await this.#options.update(paths, this.#since)) ? new Set() : paths;
      }
    } finally {
      this.#running = null;
    }
  }
}

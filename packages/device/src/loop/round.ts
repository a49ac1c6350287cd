import type { ExecutionEvent } from '@device-supervisor/compose';

/** One pass of observe, plan and execute, which can be ended early. */
export class Round {
  readonly #abort = new AbortController();
  #isExecuting = false;
  /** Ids of the operations that run now, besides downloads. */
  readonly #calls = new Set<string>();

  /** Aborted: what runs is finished, and nothing new begins. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isExecuting(): boolean {
    return this.#isExecuting;
  }

  end(): void {
    this.#abort.abort();
  }

  async execute<Result>(execution: () => Promise<Result>): Promise<Result> {
    this.#isExecuting = true;
    try {
      return await execution();
    } finally {
      this.#isExecuting = false;
    }
  }

  note(event: ExecutionEvent): void {
    const { id, kind } = event.operation;
    if (kind === 'pull-image') return;
    if (event.type === 'started') this.#calls.add(id);
    if (event.type === 'finished') this.#calls.delete(id);
  }

  /** Whether it waits for downloads and for nothing else. */
  get onlyDownloads(): boolean {
    return this.#isExecuting && this.#calls.size === 0;
  }
}

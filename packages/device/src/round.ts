import type { ExecutionEvent } from '@device-supervisor/compose';

const NOT_BEGUN: ReadonlySet<string> = new Set(['skipped', 'cancelled']);

/** One pass of observe, plan and execute, which can be ended early. */
export class Round {
  readonly #abort = new AbortController();
  #isExecuting = false;
  /** Operations that run now, besides downloads. */
  #calls = 0;

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
    if (event.operation.kind === 'pull-image') return;
    if (event.type === 'started') this.#calls++;
    // What was not begun ends too.
    if (event.type === 'finished' && !NOT_BEGUN.has(event.result.status)) this.#calls--;
  }

  /** Whether it waits for downloads and for nothing else. */
  get onlyDownloads(): boolean {
    return this.#isExecuting && this.#calls === 0;
  }
}

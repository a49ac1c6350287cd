import type { ContainerEngine, ExecutionEvent, PullImage, PullOptions } from '@device-supervisor/compose';

export interface DownloadsOptions {
  readonly engine: Pick<ContainerEngine, 'pullImage'>;
  /** Start, progress and end of each download. */
  readonly onEvent: (event: ExecutionEvent) => void;
}

interface Download {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Downloads that outlive the round that began them: a round can end to let others act, and the next one continues waiting
 * for the same download.
 */
export class Downloads implements AsyncDisposable {
  readonly #options: DownloadsOptions;
  readonly #expected = new Map<string, PullImage>();
  readonly #running = new Map<string, Download>();
  /** Have succeeded in this round. */
  readonly #completed = new Set<string>();

  constructor(options: DownloadsOptions) {
    this.#options = options;
  }

  /** Images that are being fetched. */
  get references(): ReadonlySet<string> {
    return new Set(this.#running.keys());
  }

  /** From now on a download that ends is not begun again, until the next round. @returns images that are being fetched */
  beginRound(): ReadonlySet<string> {
    this.#completed.clear();
    return this.references;
  }

  /** Says for what the image that will be asked for next is downloaded. */
  expect(operation: PullImage): void {
    this.#expected.set(operation.reference, operation);
  }

  /** Begins a download, or waits for the one that runs or ran in this round. When the signal is aborted the wait ends, and it runs on. */
  async pull(reference: string, options: PullOptions): Promise<void> {
    if (this.#completed.has(reference)) return;
    const download = this.#running.get(reference) ?? this.#begin(reference, options);
    const { promise, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(options.signal.reason);
    options.signal.throwIfAborted();
    options.signal.addEventListener('abort', giveUp);
    try {
      await Promise.race([download.ended, promise]);
    } finally {
      options.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends the downloads of all other images. */
  keepOnly(references: ReadonlySet<string>): void {
    for (const [reference, { abort }] of this.#running) if (!references.has(reference)) abort.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.keepOnly(new Set());
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
  }

  #begin(reference: string, options: PullOptions): Download {
    const abort = new AbortController();
    const download = { abort, ended: this.#run(reference, { ...options, signal: abort.signal }) };
    // It may fail without a waiting round.
    download.ended.catch(() => undefined);
    this.#running.set(reference, download);
    return download;
  }

  async #run(reference: string, options: PullOptions): Promise<void> {
    const operation = this.#expected.get(reference);
    const tell = (event: (one: PullImage) => ExecutionEvent): void => {
      if (operation !== undefined) this.#options.onEvent(event(operation));
    };
    tell((one) => ({ type: 'started', operation: one }));
    try {
      await this.#options.engine.pullImage(reference, {
        ...options,
        onProgress: (progress) => tell((one) => ({ type: 'progress', operation: one, progress })),
      });
      this.#running.delete(reference);
      this.#completed.add(reference);
      tell((one) => ({ type: 'finished', operation: one, result: { status: 'done' } }));
    } catch (error) {
      this.#running.delete(reference);
      const result = options.signal.aborted
        ? ({ status: 'cancelled' } as const)
        : ({ status: 'failed', error } as const);
      tell((one) => ({ type: 'finished', operation: one, result }));
      throw error;
    } finally {
      this.#expected.delete(reference);
    }
  }
}

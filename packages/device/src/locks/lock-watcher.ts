import type { DeviceLocks, LockedApp } from '../ports.ts';

/** Between two looks at locks that an update waits for, in milliseconds; a release is normally seen at once. */
export const LOCK_RECHECK = 30_000;

export interface LockWatcherOptions {
  readonly locks: Pick<DeviceLocks, 'watch'>;
  /** A lock may have been released. */
  readonly onChange: () => void;
  readonly onFault: (error: unknown) => void;
}

/** Watches the update locks that an update waits for, as long as it waits. */
export class LockWatcher implements AsyncDisposable {
  readonly #options: LockWatcherOptions;
  #watch: { readonly key: string; readonly stop: AbortController; readonly ended: Promise<void> } | null = null;

  constructor(options: LockWatcherOptions) {
    this.#options = options;
  }

  /** @returns whether it began to watch: what was released before has gone unseen */
  waitFor(apps: readonly LockedApp[]): boolean {
    const key = JSON.stringify(apps);
    if (this.#watch?.key === key) return false;
    this.#watch?.stop.abort();
    this.#watch = null;
    if (apps.length === 0) return false;
    const stop = new AbortController();
    this.#watch = { key, stop, ended: this.#follow(apps, stop.signal) };
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const watch = this.#watch;
    this.waitFor([]);
    await watch?.ended;
  }

  async #follow(apps: readonly LockedApp[], signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of this.#options.locks.watch(apps, signal)) this.#options.onChange();
    } catch (error) {
      if (!signal.aborted) this.#options.onFault(error);
    }
  }
}

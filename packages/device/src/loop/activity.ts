import type { ExecutionEvent, Operation, PullProgress } from '@device-supervisor/compose';

/** The operations that run now, and how far the downloads are. */
export class Activity {
  readonly #running = new Map<string, Operation>();
  readonly #progress = new Map<string, PullProgress>();

  /** @returns whether it gives another answer than before */
  apply(event: ExecutionEvent): boolean {
    const { id } = event.operation;
    switch (event.type) {
      case 'started':
        this.#running.set(id, event.operation);
        return true;
      case 'progress': {
        const changed = this.#progress.get(id)?.percent !== event.progress.percent;
        this.#progress.set(id, event.progress);
        return changed;
      }
      case 'finished':
        this.#progress.delete(id);
        return this.#running.delete(id);
    }
  }

  running(): readonly Operation[] {
    return [...this.#running.values()];
  }

  /** Whole number from 0 to 100; `null`: it is not being downloaded. */
  downloadProgress(reference: string): number | null {
    const pull = this.running().find((one) => one.kind === 'pull-image' && one.reference === reference);
    return pull === undefined ? null : (this.#progress.get(pull.id)?.percent ?? 0);
  }
}

import type { Operation, OperationKind, OperationResult } from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';

/** First delay, in milliseconds; doubled with each failure in a row. */
const FIRST_DELAY = 500;
/** How often the same operation may succeed for one target before it counts as ineffective. */
const REPETITIONS_ALLOWED = 3;
/** Failures that are older than this, in milliseconds, do not count. */
const MEMORY = 600_000;

/** Operations that are needed once: what they made is to stay. */
const LASTING: ReadonlySet<OperationKind> = new Set([
  'create-container',
  'update-container',
  'create-network',
  'pull-image',
]);

export interface BackoffOptions {
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** A number from 0 to 1, to spread retries. */
  readonly random: () => number;
  /** Longest delay in milliseconds. */
  readonly limit: number;
}

interface Entry {
  readonly failures: number;
  readonly successes: number;
  readonly retryAt: number;
  /** When it was last tried. */
  readonly triedAt: number;
  readonly reason: string;
}

/**
 * Remembers which operations failed, and holds each back for longer the more often it did. An operation that succeeds
 * repeatedly without the device getting anywhere is held back as well.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** @returns milliseconds until it may be retried; `null`: nothing speaks against it */
  record(operation: Operation, result: OperationResult): number | null {
    switch (result.status) {
      case 'done':
        this.#done(operation);
        return null;
      case 'failed':
        return this.failed(operation.id, formatError(result.error));
      case 'locked':
        return this.failed(operation.id, 'a service holds its update lock');
      case 'skipped':
      case 'cancelled':
        return null;
    }
  }

  /** @returns milliseconds until it may be retried */
  failed(id: string, reason: string): number {
    const { failures = 0, successes = 0 } = this.#recall(id) ?? {};
    return this.#hold(id, { failures: failures + 1, successes, reason }, failures);
  }

  /** An object that is created repeatedly either differs from its request, or does not last. */
  #done({ kind, id, cause }: Operation): void {
    if (LASTING.has(kind)) this.succeeded(id, cause);
    else this.forget(id);
  }

  /** It is as it should be. */
  forget(id: string): void {
    this.#entries.delete(id);
  }

  succeeded(id: string, cause: string): void {
    const successes = (this.#recall(id)?.successes ?? 0) + 1;
    if (successes <= REPETITIONS_ALLOWED) {
      this.#entries.set(id, { failures: 0, successes, retryAt: 0, triedAt: this.#options.now(), reason: '' });
    } else {
      const reason = `was done ${successes} times and is still needed (${cause})`;
      this.#hold(id, { failures: 0, successes, reason }, successes - REPETITIONS_ALLOWED);
    }
  }

  /** Why operations, by id, are not to be tried now. */
  paused(): ReadonlyMap<string, string> {
    const now = this.#options.now();
    const paused = new Map<string, string>();
    for (const [id, { retryAt, reason }] of this.#entries) {
      if (retryAt > now) paused.set(id, `${reason}; next try in ${formatDelay(retryAt - now)}`);
    }
    return paused;
  }

  /** Milliseconds until the first of them may be retried; `null`: none is held back. */
  nextRetry(): number | null {
    const now = this.#options.now();
    const delays = [...this.#entries.values()].map(({ retryAt }) => retryAt - now).filter((delay) => delay > 0);
    return delays.length === 0 ? null : Math.min(...delays);
  }

  /** Lets operations be tried at once. `repetitions`: those that succeeded without effect, which a client asks for now. */
  forgive(what: 'everything' | 'repetitions'): void {
    if (what === 'everything') return this.reset();
    for (const [id, { failures }] of this.#entries) if (failures === 0) this.#entries.delete(id);
  }

  /** Lets everything be tried at once. */
  reset(): void {
    this.#entries.clear();
  }

  #recall(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    const since = this.#options.now() - Math.max(entry?.triedAt ?? 0, entry?.retryAt ?? 0);
    return since > MEMORY ? undefined : entry;
  }

  #hold(id: string, entry: Pick<Entry, 'failures' | 'successes' | 'reason'>, exponent: number): number {
    const { now, random, limit } = this.#options;
    const delay = Math.min(FIRST_DELAY * 2 ** exponent, limit);
    // Up to a quarter more, so that services that failed together are not retried together every time.
    const spread = Math.round(delay * (1 + random() / 4));
    this.#entries.set(id, { ...entry, triedAt: now(), retryAt: now() + spread });
    return spread;
  }
}

/** Milliseconds for a person to read. */
export function formatDelay(delay: number): string {
  if (delay < 60_000) return `${Math.ceil(delay / 1000)} s`;
  return `${Math.ceil(delay / 60_000)} min`;
}

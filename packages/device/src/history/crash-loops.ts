import type { EngineSnapshot } from '@device-supervisor/compose';

/** So many restarts by the engine ... */
const RESTARTS = 3;
/** ... within so many milliseconds; engines wait for at most a minute between two. */
const PERIOD = 600_000;

interface Restarts {
  readonly count: number;
  /** When we saw the last of them, in milliseconds; the latest comes last. */
  readonly seenAt: readonly number[];
}

/** Finds the containers that end and are restarted by the engine, again and again. */
export class CrashLoops {
  readonly #restarts = new Map<string, Restarts>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now;
  }

  observe({ containers }: EngineSnapshot): void {
    const present = new Set<string>();
    for (const { id, restartCount } of containers) {
      present.add(id);
      const { count = restartCount, seenAt = [] } = this.#restarts.get(id) ?? {};
      // It falls when somebody starts the container.
      const more = Math.max(0, restartCount - count);
      const seen = [...seenAt, ...Array.from({ length: Math.min(more, RESTARTS) }, this.#now)];
      this.#restarts.set(id, { count: restartCount, seenAt: seen.slice(-RESTARTS) });
    }
    for (const id of this.#restarts.keys()) if (!present.has(id)) this.#restarts.delete(id);
  }

  /** Ids of the containers in a crash loop. */
  get containers(): ReadonlySet<string> {
    return new Set(this.#looping().keys());
  }

  /** Milliseconds until one of them counts as well again, if it does not end until then; `Infinity`: there is none. */
  get delayUntilChange(): number {
    return Math.min(...this.#looping().values());
  }

  /** How long each of them is still held to be in a crash loop, in milliseconds. */
  #looping(): ReadonlyMap<string, number> {
    const looping = new Map<string, number>();
    for (const [id, { seenAt }] of this.#restarts) {
      const [first] = seenAt;
      const left = seenAt.length < RESTARTS || first === undefined ? 0 : first + PERIOD - this.#now();
      if (left > 0) looping.set(id, left);
    }
    return looping;
  }
}

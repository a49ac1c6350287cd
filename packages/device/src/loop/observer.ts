import type { EngineSnapshot } from '@device-supervisor/compose';
import { backoffDelay, delay } from '@device-supervisor/primitives';
import type { Clock } from '@device-supervisor/primitives';
import type { DeviceEngine, EngineEvent } from '../ports.ts';
import { isRelevant } from './engine-events.ts';

/** First delay before the engine is looked for again, in milliseconds; doubled up to the last. */
const FIRST_RETRY = 100;
const LAST_RETRY = 10_000;
/** The same for a look that failed. */
const FIRST_LOOK_RETRY = 500;
const LAST_LOOK_RETRY = 30_000;

/** A snapshot older than this is refreshed by a full look, in milliseconds: an open stream of events may be silent. */
export const SNAPSHOT_AGE = 30_000;
/** The same when the last look found nothing new. */
const SETTLED_AGE = 60_000;

/** Before the engine was looked at. */
export const NO_SNAPSHOT: EngineSnapshot = {
  abilities: { apiVersion: '', unsupportedLimits: [] },
  containers: [],
  images: [],
  networks: [],
  volumes: [],
};

export interface ObserverOptions {
  readonly engine: DeviceEngine;
  readonly clock: Clock;
  readonly random: () => number;
  /** Images whose configuration the next plan needs. */
  readonly imageReferences: () => readonly string[];
  /** Something on the engine changed, or it is back. */
  readonly onChange: (event: EngineEvent) => void;
  /** Reported once, until the engine was seen again. */
  readonly onLost: (error: unknown) => void;
}

/** Follows the engine's events for as long as it lives, and looks at the engine when asked. */
export class Observer implements AsyncDisposable {
  readonly #options: ObserverOptions;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #snapshot: EngineSnapshot = NO_SNAPSHOT;
  #isLost = false;
  /** Looks that failed, in a row. */
  #failures = 0;
  /** When the last full look began; `null`: the next one is to be full. */
  #fullLookAt: number | null = null;
  /** The last look found nothing new. */
  #isSettled = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#following = this.#follow();
  }

  /** The last snapshot. */
  get snapshot(): EngineSnapshot {
    return this.#snapshot;
  }

  /** Milliseconds until the next look is due, though no event asks for it. */
  get delayUntilStale(): number {
    const { clock, random } = this.#options;
    if (this.#failures > 0) {
      return backoffDelay({
        failures: this.#failures,
        first: FIRST_LOOK_RETRY,
        limit: LAST_LOOK_RETRY,
        random: random(),
      });
    }
    const age = this.#isSettled ? SETTLED_AGE : SNAPSHOT_AGE;
    return this.#fullLookAt === null ? 0 : Math.max(0, this.#fullLookAt + age - clock.monotonic());
  }

  /** Something came out otherwise than the snapshot said: the next look is a full one. */
  distrust(): void {
    this.#fullLookAt = null;
  }

  /**
   * Looks at the engine: at what has changed since the last full look, unless that is old or not to be trusted.
   *
   * @returns whether the snapshot is another one than before
   */
  async look(): Promise<boolean> {
    const { engine, clock, imageReferences } = this.#options;
    const trustEvents = this.#fullLookAt !== null && this.delayUntilStale > 0;
    const began = clock.monotonic();
    const before = this.#snapshot;
    // This snapshot does not cover changes that arrive while it is made.
    if (!trustEvents) this.#fullLookAt = began;
    try {
      this.#snapshot = await engine.observe({ imageReferences: imageReferences(), trustEvents });
    } catch (error) {
      this.#fullLookAt = null;
      this.#failures++;
      this.#lose(error);
      throw error;
    }
    this.#failures = 0;
    this.#isLost = false;
    this.#isSettled = this.#snapshot === before;
    return !this.#isSettled;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  #lose(error: unknown): void {
    if (this.#isLost || this.#stop.signal.aborted) return;
    this.#isLost = true;
    this.#options.onLost(error);
  }

  async #follow(): Promise<void> {
    const { engine, clock, onChange } = this.#options;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      try {
        for await (const event of engine.events(signal)) {
          failures = 0;
          if (event.kind === 'connected' || event.kind === 'missed') this.distrust();
          if (isRelevant(event)) onChange(event);
        }
      } catch (error) {
        this.#lose(error);
      }
      if (signal.aborted) return;
      // Events until the next connection are missed.
      this.distrust();
      await delay(clock, backoffDelay({ failures: ++failures, first: FIRST_RETRY, limit: LAST_RETRY }), signal);
    }
  }
}

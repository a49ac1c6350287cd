import type { EngineSnapshot } from '@device-supervisor/compose';
import type { Clock, DeviceEngine, EngineEvent } from '../ports.ts';
import { isRelevant } from './engine-events.ts';

/** First delay before the engine is looked for again, in milliseconds; doubled up to the last. */
const FIRST_RETRY = 100;
const LAST_RETRY = 10_000;

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
  /** Images whose configuration the next plan needs. */
  readonly imageReferences: () => readonly string[];
  /** Something on the engine changed, or it is back. */
  readonly onChange: (event: EngineEvent) => void;
  /** Told once, until the engine was seen again. */
  readonly onLost: (error: unknown) => void;
}

/** Follows the engine's events for as long as it lives, and looks at the engine when asked. */
export class Observer implements AsyncDisposable {
  readonly #options: ObserverOptions;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #isLost = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#following = this.#follow();
  }

  /** Whether the engine could not be seen when we looked last, or since. */
  get isLost(): boolean {
    return this.#isLost;
  }

  async observe(): Promise<EngineSnapshot> {
    const { engine, imageReferences } = this.#options;
    try {
      const snapshot = await engine.observe({ imageReferences: imageReferences() });
      this.#isLost = false;
      return snapshot;
    } catch (error) {
      this.#lose(error);
      throw error;
    }
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
    const { engine, onChange } = this.#options;
    const { signal } = this.#stop;
    let retry = FIRST_RETRY;
    while (!signal.aborted) {
      try {
        for await (const event of engine.events(signal)) {
          retry = FIRST_RETRY;
          if (isRelevant(event)) onChange(event);
        }
      } catch (error) {
        this.#lose(error);
      }
      if (signal.aborted) return;
      await delay(this.#options.clock, retry, signal);
      retry = Math.min(retry * 2, LAST_RETRY);
    }
  }
}

/** Resolves after `milliseconds`, or at once when the signal is aborted. */
async function delay(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  using _timer = clock.schedule(milliseconds, onAbort);
  signal.addEventListener('abort', onAbort);
  await promise;
  signal.removeEventListener('abort', onAbort);
}

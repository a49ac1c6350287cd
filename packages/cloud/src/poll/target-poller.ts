import type { Clock } from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';
import { CloudRefusedError } from '../errors.ts';
import type { CloudHttp } from '../http/cloud-http.ts';
import { FIRST_RETRY, retryDelay } from '../retry-delay.ts';
import { waitFor } from '../wait-for.ts';
import { fetchTarget, type TargetAnswer, type TargetQuestion } from './fetch-target.ts';

export interface TargetPollerOptions {
  readonly http: CloudHttp;
  readonly uuid: string;
  /** A secret. */
  readonly key: string;
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** Milliseconds between two polls; asked before each. */
  readonly interval: () => number;
  /** Milliseconds until the first poll; 0 unless told. */
  readonly firstDelay?: number;
  /** Is the first target forced? Not unless told. */
  readonly force?: boolean;
  /** Called with each target that differs from the one before. */
  readonly onTarget: (target: TargetState, options: { readonly force: boolean }) => Promise<void>;
  /** A poll succeeded, or why it did not; a target that is not valid counts as a failure of its own. */
  readonly onPoll: (result: PollResult) => void;
}

export type PollResult = { readonly status: 'ok' } | { readonly status: 'failed'; readonly error: unknown };

/** Asks the cloud for the target again and again, until it is disposed of. */
export interface TargetPoller extends AsyncDisposable {
  /** Asks now; twice in a row costs at most two requests. A cloud that failed just before is left in peace for a moment. */
  pollNow(options: { readonly force: boolean }): void;
}

/** Milliseconds; polls of a fleet that started together are spread over so much. */
const LONGEST_JITTER = 60_000;

export function startTargetPoller(options: TargetPollerOptions): TargetPoller {
  return new Poller(options);
}

class Poller implements TargetPoller {
  readonly #options: TargetPollerOptions;
  readonly #stop = new AbortController();
  readonly #finished: Promise<void>;
  #etag: string | null = null;
  #failures = 0;
  #wake = Promise.withResolvers<void>();
  #force: boolean;

  constructor(options: TargetPollerOptions) {
    this.#options = options;
    this.#force = options.force ?? false;
    this.#finished = this.#run();
  }

  pollNow({ force }: { readonly force: boolean }): void {
    this.#force ||= force;
    this.#wake.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.resolve();
    await this.#finished;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { firstDelay = 0 } = this.#options;
    if (firstDelay > 0) await this.#rest(firstDelay);
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      const delay = await this.#poll();
      // However often somebody asks for a poll.
      const peace = this.#failures === 0 ? 0 : Math.min(delay, FIRST_RETRY);
      if (peace > 0) await waitFor(this.#options.clock, peace, signal);
      if (signal.aborted) return;
      if (delay > peace) await this.#rest(delay - peace);
    }
  }

  /** Until the time is over or somebody asks for a poll. */
  async #rest(delay: number): Promise<void> {
    using _timer = this.#options.clock.schedule(delay, () => this.#wake.resolve());
    await this.#wake.promise;
  }

  /** @returns milliseconds until the next one */
  async #poll(): Promise<number> {
    const { interval, random, onPoll } = this.#options;
    try {
      await this.#ask();
      this.#failures = 0;
      onPoll({ status: 'ok' });
      return interval() + Math.round(random() * Math.min(LONGEST_JITTER, interval()));
    } catch (error) {
      if (!this.#stop.signal.aborted) onPoll({ status: 'failed', error });
      this.#failures++;
      const retryAfter = error instanceof CloudRefusedError ? error.retryAfter : null;
      return retryDelay({ failures: this.#failures, limit: interval(), retryAfter, random: random() });
    }
  }

  async #ask(): Promise<void> {
    const { uuid, key, onTarget } = this.#options;
    const force = this.#force;
    this.#force = false;
    // Who forces an update wants it applied, whether or not the target changed.
    const etag = force ? null : this.#etag;
    const answer = await this.#fetch({ uuid, key, etag, signal: this.#stop.signal }, force);
    if (answer.status === 'unchanged') return;
    await onTarget(this.#decode(answer), { force });
    this.#etag = answer.etag;
  }

  /** What was to be forced still is when there was no answer. */
  async #fetch(question: TargetQuestion, force: boolean): Promise<TargetAnswer> {
    try {
      return await fetchTarget(this.#options.http, question);
    } catch (error) {
      this.#force ||= force;
      throw error;
    }
  }

  /** A document that is not valid stays so: it is not asked for again, and is told of once. */
  #decode({ target, etag }: Extract<TargetAnswer, { status: 'changed' }>): TargetState {
    try {
      return target();
    } catch (error) {
      this.#etag = etag;
      throw error;
    }
  }
}

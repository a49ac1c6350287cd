import { isEmptyAppSet, NO_APPS, uniteApps, type AppSet } from '@device-supervisor/compose';
import type { Clock } from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';
import type { CloudHttp } from '../http/cloud-http.ts';
import { FIRST_RETRY, retryDelay } from '../retry-delay.ts';
import { startRounds, type Pause, type Rounds } from '../rounds.ts';
import { fetchTarget, type TargetAnswer } from './fetch-target.ts';

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
  /** Milliseconds until the first poll. Default: 0. */
  readonly firstDelay?: number;
  /** Apps for which the first target is forced. Default: none. */
  readonly force?: AppSet;
  /** An answer that the cloud has just given: the first poll takes it and asks nothing. */
  readonly firstAnswer?: TargetAnswer | null;
  /** Called with each target that differs from the one before. */
  readonly onTarget: (target: TargetState, options: { readonly force: AppSet }) => Promise<void>;
  /** A poll succeeded, or why it did not; a target that is not valid counts as a failure of its own. */
  readonly onPoll: (result: PollResult) => void;
}

/** `nextIn`: milliseconds until the next one, unless it is requested earlier. */
export type PollResult =
  | { readonly status: 'ok'; readonly nextIn: number }
  | { readonly status: 'failed'; readonly error: unknown; readonly nextIn: number };

/** Asks the cloud for the target repeatedly, until it is disposed of. */
export interface TargetPoller extends AsyncDisposable {
  /** Asks now; twice in a row costs at most two requests. A cloud that failed just before is left in peace for a moment. */
  pollNow(options: { readonly force: AppSet }): void;
}

/** Milliseconds; polls of a fleet that started together are spread over so much. */
const LONGEST_JITTER = 60_000;

export function startTargetPoller(options: TargetPollerOptions): TargetPoller {
  return new Poller(options);
}

class Poller implements TargetPoller {
  readonly #options: TargetPollerOptions;
  readonly #rounds: Rounds;
  #etag: string | null = null;
  /** Whether the document of `#etag` holds a target. */
  #isValid = true;
  #failures = 0;
  #force: AppSet;
  #firstAnswer: TargetAnswer | null;

  constructor(options: TargetPollerOptions) {
    const { clock, firstDelay = 0, force = NO_APPS, firstAnswer = null } = options;
    this.#options = options;
    this.#firstAnswer = firstAnswer;
    this.#force = force;
    this.#rounds = startRounds({ clock, firstDelay, round: (signal) => this.#poll(signal) });
  }

  pollNow({ force }: { readonly force: AppSet }): void {
    this.#force = uniteApps(this.#force, force);
    this.#rounds.wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
  }

  async #poll(signal: AbortSignal): Promise<Pause> {
    const { interval, random, onPoll } = this.#options;
    try {
      await this.#ask(signal);
      this.#failures = 0;
      const nextIn = interval() + Math.round(random() * Math.min(LONGEST_JITTER, interval()));
      onPoll({ status: 'ok', nextIn });
      return { atLeast: 0, atMost: nextIn };
    } catch (error) {
      this.#failures++;
      const nextIn = retryDelay({ failures: this.#failures, limit: interval(), error, random: random() });
      if (!signal.aborted) onPoll({ status: 'failed', error, nextIn });
      // Requests for a poll cannot shorten this. The spread keeps a whole fleet from polling at one moment.
      const peace = Math.round(FIRST_RETRY * (1 + random() / 4));
      return { atLeast: Math.min(nextIn, peace), atMost: nextIn };
    }
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { uuid, key, onTarget } = this.#options;
    const force = this.#force;
    this.#force = NO_APPS;
    // A forced update is applied even if the target did not change.
    const etag = isEmptyAppSet(force) || !this.#isValid ? this.#etag : null;
    const given = this.#firstAnswer;
    this.#firstAnswer = null;
    await this.#orStillForced(force, async () => {
      const answer = given ?? (await fetchTarget(this.#options.http, { uuid, key, etag, signal }));
      if (answer.status === 'unchanged') return this.#isValid;
      await onTarget(this.#decode(answer), { force });
      [this.#etag, this.#isValid] = [answer.etag, true];
      return true;
    });
  }

  /** A forced request stays forced until there is a target that can be applied. @param step whether there is one */
  async #orStillForced(force: AppSet, step: () => Promise<boolean>): Promise<void> {
    let isDone = false;
    try {
      isDone = await step();
    } finally {
      if (!isDone) this.#force = uniteApps(this.#force, force);
    }
  }

  /** A document that is not valid stays so: it is not fetched again, and is reported once. */
  #decode({ target, etag }: Extract<TargetAnswer, { status: 'changed' }>): TargetState {
    try {
      return target();
    } catch (error) {
      [this.#etag, this.#isValid] = [etag, false];
      throw error;
    }
  }
}

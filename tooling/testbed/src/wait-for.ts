import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { StreamEndedError, WaitTimeoutError } from './errors.ts';
import { slowness } from './slowness.ts';

export interface WaitOptions<T> {
  /** Whether the state is the wanted one. Default: it is neither `undefined` nor `null` nor `false`. */
  until?(state: T): boolean;
  /** Milliseconds of an idle machine without any change of the state. Default: two minutes. */
  readonly patience?: number;
}

const MINUTE = 60_000;
const PATIENCE = 2 * MINUTE;

/** Of an idle machine, in milliseconds: a state that changes repeatedly may never be the wanted one. */
const LONGEST = 15 * MINUTE;

/**
 * Milliseconds between two looks: a part of what the wait has taken already. Looks at 20 a second take a tenth of a
 * processor, from what is waited for.
 */
const INTERVAL = { shortest: 20, longest: 500, part: 1 / 10 } as const;

/**
 * Waits until a state comes about, and returns it. The source is a function, called repeatedly (what it throws
 * counts as "not yet"), or a stream of states or events, read until the wanted one.
 *
 * No machine is too slow for it: it gives up when the state has not changed for a long time, and counts that time as on an
 * idle machine.
 *
 * @example
 * ```ts
 * await waitFor('the container to be healthy', () => container.inspect(), {
 *   until: ({ State }) => State.Health?.Status === 'healthy',
 * });
 * ```
 * @throws {@link WaitTimeoutError} with the last state, when nothing changes any more
 * @throws {@link StreamEndedError} when the stream ends first
 */
export async function waitFor<T>(
  description: string,
  source: (() => T | Promise<T>) | AsyncIterable<T>,
  options: WaitOptions<T> = {},
): Promise<T> {
  const wait = {
    description,
    until: (state: T) => (options.until === undefined ? isPresent(state) : options.until(state)),
    patience: new Patience(options.patience ?? PATIENCE),
  };
  return typeof source === 'function' ? await poll(source, wait) : await read(source, wait);
}

interface Wait<T> {
  readonly description: string;
  readonly patience: Patience;
  until(state: T): boolean;
}

function isPresent(state: unknown): boolean {
  return state !== undefined && state !== null && state !== false;
}

async function poll<T>(look: () => T | Promise<T>, { description, patience, until }: Wait<T>): Promise<T> {
  const began = performance.now();
  let last: unknown = 'nothing';
  let cause: unknown;
  for (;;) {
    const answer = await patience.race(attempt(look));
    if (answer !== LATE) {
      if (answer.failure === null && until(answer.state)) return answer.state;
      [last, cause] =
        answer.failure === null ? [answer.state, undefined] : [answer.failure.error, answer.failure.error];
      patience.note(last);
    }
    if (answer === LATE || patience.isOver())
      throw new WaitTimeoutError(description, { ...patience.spent, last, cause });
    await delay(intervalAfter(performance.now() - began));
  }
}

function intervalAfter(milliseconds: number): number {
  return Math.min(INTERVAL.longest, Math.max(INTERVAL.shortest, milliseconds * INTERVAL.part));
}

type Answer<T> = { readonly failure: null; readonly state: T } | { readonly failure: { readonly error: unknown } };

async function attempt<T>(look: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { failure: null, state: await look() };
  } catch (error) {
    return { failure: { error } };
  }
}

async function read<T>(stream: AsyncIterable<T>, { description, patience, until }: Wait<T>): Promise<T> {
  const iterator = stream[Symbol.asyncIterator]();
  let last: unknown = 'nothing';
  for (;;) {
    const result = await patience.race(iterator.next());
    if (result === LATE) {
      // A stream without items may not answer this request to close either: do not wait for it.
      iterator.return?.().catch(() => undefined);
      throw new WaitTimeoutError(description, { ...patience.spent, last });
    }
    if (result.done === true) throw new StreamEndedError(description, last);
    last = result.value;
    patience.note(last);
    if (!until(result.value)) continue;
    await iterator.return?.();
    return result.value;
  }
}

const LATE: unique symbol = Symbol('late');

/** Milliseconds between two looks at the load of the machine. */
const PACE = 250;

/** How much of a state is compared with the one before. */
const DETAIL = { depth: 6, maxStringLength: null, maxArrayLength: 1_000 } as const;

/** How long nothing has changed, in the time of an idle machine: what a busy one takes longer for does not count. */
class Patience {
  readonly #limit: number;
  #still = 0;
  #total = 0;
  #checked = performance.now();
  #seen: string | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Milliseconds of an idle machine: since the last change, and altogether. */
  get spent(): { readonly unchangedFor: number; readonly waited: number } {
    return { unchangedFor: Math.round(this.#still), waited: Math.round(this.#total) };
  }

  /** The current observation; a change of it is progress. */
  note(state: unknown): void {
    const text = typeof state === 'string' ? state : inspect(state, DETAIL);
    if (text !== this.#seen) this.#still = 0;
    this.#seen = text;
  }

  isOver(): boolean {
    const now = performance.now();
    // A process that gets no processor, or was stopped, could not have looked.
    const passed = Math.min(now - this.#checked, 2 * PACE) / slowness();
    this.#checked = now;
    this.#still += passed;
    this.#total += passed;
    return this.#still >= this.#limit || this.#total >= LONGEST;
  }

  /** @returns {@link LATE} when patience ends first */
  async race<T>(work: Promise<T>): Promise<T | typeof LATE> {
    const { promise: late, resolve } = Promise.withResolvers<typeof LATE>();
    const pace = (): number => Math.min(PACE, Math.max(1, this.#limit - this.#still));
    // One timer, because nearly all work ends before it is due: thousands of looks a minute cost what a race costs.
    const check = (): void => {
      if (this.isOver()) resolve(LATE);
      else timer = setTimeout(check, pace());
    };
    let timer = setTimeout(check, pace());
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

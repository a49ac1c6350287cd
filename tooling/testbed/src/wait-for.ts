import { setTimeout as delay } from 'node:timers/promises';
import { slowness } from './slowness.ts';
import { StreamEndedError, WaitTimeoutError } from './errors.ts';

export interface WaitOptions<T> {
  /** Whether the state is the wanted one. Default: it is neither `undefined` nor `null` nor `false`. */
  until?(state: T): boolean;
  /** Milliseconds on an idle machine; a busy one gets as much more as it is slower. Default: 30 seconds. */
  readonly timeout?: number;
}

const TIMEOUT = 30_000;

/** Between two looks, in milliseconds. */
const INTERVAL = 50;

/**
 * Waits until a state comes about, and returns it. The source is a function, called again and again (what it throws
 * counts as "not yet"), or a stream of states or events, read until the wanted one.
 *
 * @example
 * ```ts
 * await waitFor('the container to be healthy', () => container.inspect(), {
 *   until: ({ State }) => State.Health?.Status === 'healthy',
 * });
 * ```
 * @throws {@link WaitTimeoutError} with the last state
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
    timeout: options.timeout ?? TIMEOUT,
  };
  return typeof source === 'function' ? await poll(source, wait) : await read(source, wait);
}

interface Wait<T> {
  readonly description: string;
  readonly timeout: number;
  until(state: T): boolean;
}

function isPresent(state: unknown): boolean {
  return state !== undefined && state !== null && state !== false;
}

async function poll<T>(look: () => T | Promise<T>, { description, timeout, until }: Wait<T>): Promise<T> {
  const deadline = new Deadline(timeout);
  let last: unknown;
  let failure: unknown;
  for (;;) {
    try {
      const state = await deadline.race(look());
      if (state === LATE) throw new WaitTimeoutError(description, { timeout, last: last ?? 'nothing', cause: failure });
      if (until(state)) return state;
      [last, failure] = [state, undefined];
    } catch (error) {
      if (error instanceof WaitTimeoutError) throw error;
      [last, failure] = [error, error];
    }
    if (deadline.isOver()) throw new WaitTimeoutError(description, { timeout, last, cause: failure });
    await delay(INTERVAL);
  }
}

async function read<T>(stream: AsyncIterable<T>, { description, timeout, until }: Wait<T>): Promise<T> {
  const deadline = new Deadline(timeout);
  const iterator = stream[Symbol.asyncIterator]();
  let last: unknown = 'nothing';
  for (;;) {
    const result = await deadline.race(iterator.next());
    if (result === LATE) {
      // A stream without items may not answer this request to close either: do not wait for it.
      iterator.return?.().catch(() => undefined);
      throw new WaitTimeoutError(description, { timeout, last });
    }
    if (result.done === true) throw new StreamEndedError(description, last);
    last = result.value;
    if (!until(result.value)) continue;
    await iterator.return?.();
    return result.value;
  }
}

const LATE: unique symbol = Symbol('late');

/** Milliseconds between two looks at the load of the machine. */
const PACE = 250;

/** Time that passes as on an idle machine: what a busy one takes longer for everything does not count. */
class Deadline {
  #left: number;
  #checked = performance.now();

  constructor(timeout: number) {
    this.#left = timeout;
  }

  isOver(): boolean {
    const now = performance.now();
    this.#left -= (now - this.#checked) / slowness();
    this.#checked = now;
    return this.#left <= 0;
  }

  /** @returns {@link LATE} when the deadline passes first */
  async race<T>(work: T | Promise<T>): Promise<T | typeof LATE> {
    const controller = new AbortController();
    try {
      return await Promise.race([work, this.#passed(controller.signal)]);
    } finally {
      controller.abort();
    }
  }

  async #passed(signal: AbortSignal): Promise<typeof LATE> {
    while (!signal.aborted && !this.isOver()) await delay(Math.min(PACE, Math.max(1, this.#left)));
    return LATE;
  }
}

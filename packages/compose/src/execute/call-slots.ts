/**
 * On two cores, engine 20.10 brings up 30 containers in about the same time with any number from 2 to 30 at once: a start
 * is work for the processor. More at once would only make each call take longer, until it is held to be stuck; fewer
 * would let some that hang, e.g. on a volume of the network, hold up the others.
 */
const CALLS_AT_ONCE = 8;

/** Calls on the engine that may run at once, of all executions that share it. */
export class CallSlots {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(calls: number = CALLS_AT_ONCE) {
    this.#free = calls;
  }

  /** @returns whether there was one; it has to be given back */
  take(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  giveBack(): void {
    this.#free++;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }

  /** Calls back once, when one was given back; it may be taken again by then. */
  onceFree(callback: () => void): void {
    this.#waiting.add(callback);
  }
}

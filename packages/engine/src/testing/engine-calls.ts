import type { ContainerEngine } from '@device-supervisor/compose';
import type { DeviceEngine } from '@device-supervisor/device';
import { EngineUnreachableError } from '../errors.ts';

/** The engine's methods that change something. */
export type WriteKind = keyof ContainerEngine;
export type CallKind = WriteKind | Exclude<keyof DeviceEngine, WriteKind>;

/** One call on the engine. */
export interface EngineCall {
  readonly kind: CallKind;
  /** Name, id or reference that it was about; `''`: the engine as a whole. */
  readonly target: string;
  readonly write: boolean;
}

/** Calls of one kind that wait. */
export interface Hold extends Disposable {
  /** How many wait now. */
  readonly waiting: number;
  /** Lets those that wait continue, and those to come pass. */
  release(): void;
}

interface OpenHold {
  readonly kind: CallKind;
  readonly released: PromiseWithResolvers<void>;
  waiting: number;
}

/** Records calls, and lets them wait and fail as the test wants it. */
export class EngineCalls {
  readonly recorded: EngineCall[] = [];
  readonly #failures: { readonly kind: CallKind; readonly error: Error }[] = [];
  readonly #holds = new Set<OpenHold>();
  /** Ends the waiting of each call that is held. */
  readonly #waiting = new Set<() => void>();
  #isAway = false;
  /** Writes until the engine crashes; `null`: it does not. */
  #writesLeft: number | null = null;
  readonly #onAway: (error: EngineUnreachableError) => void;

  constructor(onAway: (error: EngineUnreachableError) => void) {
    this.#onAway = onAway;
  }

  /** Carries out a call: recorded, then held, then failed or done. */
  async perform<Result>(
    { kind, target, signal }: { readonly kind: CallKind; readonly target: string; readonly signal?: AbortSignal },
    action: () => Result,
  ): Promise<Result> {
    const write = kind !== 'observe' && kind !== 'events';
    this.recorded.push({ kind, target, write });
    if (this.#isAway) throw unreachable();
    await this.#pass(kind, signal);
    const failure = this.#failures.find((one) => one.kind === kind);
    if (failure !== undefined) {
      this.#failures.splice(this.#failures.indexOf(failure), 1);
      throw failure.error;
    }
    const result = action();
    if (write) this.#countWrite();
    return result;
  }

  failNext(kind: CallKind, error: Error): void {
    this.#failures.push({ kind, error });
  }

  hold(kind: CallKind): Hold {
    const hold: OpenHold = { kind, released: Promise.withResolvers(), waiting: 0 };
    this.#holds.add(hold);
    const release = (): void => {
      this.#holds.delete(hold);
      hold.released.resolve();
    };
    return {
      get waiting() {
        return hold.waiting;
      },
      release,
      [Symbol.dispose]: release,
    };
  }

  goAway(): void {
    this.#isAway = true;
    for (const interrupt of this.#waiting) interrupt();
    this.#onAway(unreachable());
  }

  comeBack(): void {
    this.#isAway = false;
  }

  crashAfterWrites(count: number): void {
    this.#writesLeft = count;
  }

  async #pass(kind: CallKind, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const interrupted = Promise.withResolvers<never>();
    const abort = (): void => interrupted.reject(signal?.reason);
    const goAway = (): void => interrupted.reject(unreachable());
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.add(goAway);
    try {
      for (const hold of [...this.#holds].filter((one) => one.kind === kind)) {
        hold.waiting++;
        await Promise.race([hold.released.promise, interrupted.promise]).finally(() => hold.waiting--);
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#waiting.delete(goAway);
    }
  }

  /** The write that the engine crashes after takes effect, and its caller never hears of it. */
  #countWrite(): void {
    if (this.#writesLeft === null) return;
    this.#writesLeft--;
    if (this.#writesLeft > 0) return;
    this.#writesLeft = null;
    this.goAway();
    throw unreachable();
  }
}

function unreachable(): EngineUnreachableError {
  return new EngineUnreachableError('memory:', 'it is away');
}

import type { Clock } from '@device-supervisor/primitives';
import type { Session } from '../session/session.ts';

/** How long an action waits while a reboot or a change of the host has all update locks, in milliseconds. */
const PATIENCE = 10_000;

/** Notices actions that wait too long for locks which are lent: a host that goes down leaves no client without an answer. */
export class LentLocksTimer implements Disposable {
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #timer: Disposable | null = null;

  constructor(clock: Clock, onLate: () => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  note({ lent, actions }: Session): void {
    if (lent === 0 || actions.size === 0) return this[Symbol.dispose]();
    this.#timer ??= this.#clock.schedule(PATIENCE, () => {
      this.#timer = null;
      this.#onLate();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }
}

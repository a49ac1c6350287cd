import type { Clock } from '@device-supervisor/primitives';
import type { Session } from '../session/session.ts';

/** How long an action waits while a reboot or a change of the host has all update locks, in milliseconds. */
const PATIENCE = 10_000;

/** Reports actions that wait too long for lent locks, so that every client gets an answer before the host goes down. */
export class LentLocksTimer implements Disposable {
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #timer: Disposable | null = null;

  constructor(clock: Clock, onLate: () => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  update({ lent, actions }: Session): void {
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

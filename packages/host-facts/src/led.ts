import { constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Clock } from '@device-supervisor/device';

/** The LED by which a device is found among others. Disposing of it ends the pattern and leaves it dark. */
export interface Led extends AsyncDisposable {
  /** Blinks for 15 s from now on; does not wait for it. Does nothing on a device without a LED. */
  blink(): void;
  /** Blinks so many times; nothing while it blinks already. */
  flash(times: number): void;
}

export interface LedOptions {
  /** Such as `/sys/class/leds/led0/brightness`. */
  readonly path: string;
  readonly clock: Clock;
}

export function createLed({ path, clock }: LedOptions): Led {
  /** Halves of a period that are still to come, the dark one last. */
  let left = 0;
  let timer: Disposable | null = null;
  let writing: Promise<unknown> = Promise.resolve();

  function set(brightness: string): void {
    writing = writing.then(async () => {
      const [written] = await Promise.allSettled([writeFile(path, brightness, { flag: EXISTING })]);
      // There is no LED, or none of ours.
      if (written.status === 'rejected') left = 0;
    });
  }

  function step(): void {
    timer = null;
    if (left === 0) return;
    left--;
    set(left % 2 === 0 ? DARK : BRIGHT);
    if (left > 0) timer = clock.schedule(HALF_PERIOD, step);
  }

  return {
    blink() {
      const isRunning = timer !== null;
      left = HALVES + (left % 2);
      if (!isRunning) step();
    },
    flash(times) {
      if (timer !== null) return;
      left = times * 2;
      step();
    },
    async [Symbol.asyncDispose]() {
      timer?.[Symbol.dispose]();
      timer = null;
      if (left > 0) set(DARK);
      left = 0;
      await writing;
    },
  };
}

/** Milliseconds. */
const DURATION = 15_000;
const HALF_PERIOD = 250;
const HALVES = DURATION / HALF_PERIOD;
/** The kernel takes it for as bright as the LED can be. */
const BRIGHT = '255';
const DARK = '0';
/** Does not create a missing file. */
const EXISTING = constants.O_WRONLY | constants.O_TRUNC;

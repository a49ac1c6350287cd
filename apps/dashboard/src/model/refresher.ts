/** Loads something when it is asked for, at most so often, and never twice at a time. */
export interface Refresher {
  /** Soon; several requests become one. */
  request(): void;
  /** A request waits for this to end. */
  pause(isPaused: boolean): void;
}

export interface RefresherOptions {
  /** Handles its own failures. */
  readonly load: () => Promise<void>;
  /** Milliseconds between two loads. */
  readonly interval: number;
  readonly schedule: (callback: () => void, delay: number) => void;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
}

export function createRefresher({ load, interval, schedule, now }: RefresherOptions): Refresher {
  let last = -Infinity;
  let status: 'idle' | 'scheduled' | 'loading' = 'idle';
  let isWanted = false;
  let paused = false;

  const proceed = (): void => {
    if (!isWanted || status !== 'idle' || paused) return;
    status = 'scheduled';
    schedule(() => void run(), Math.max(0, last + interval - now()));
  };
  const run = async (): Promise<void> => {
    if (paused) {
      status = 'idle';
      return;
    }
    isWanted = false;
    status = 'loading';
    last = now();
    await load();
    status = 'idle';
    proceed();
  };
  return {
    request() {
      isWanted = true;
      proceed();
    },
    pause(isPaused) {
      paused = isPaused;
      proceed();
    },
  };
}

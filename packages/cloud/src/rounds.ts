import type { Clock } from '@device-supervisor/device';
import { waitFor } from './wait-for.ts';

/** The delay after a round, in milliseconds. */
export interface Pause {
  /** Requests cannot shorten it below this. */
  readonly atLeast: number;
  /** The next round begins then, even without a request. */
  readonly atMost: number;
}

/** Goes from round to round, one at a time, until it is disposed of: that waits for the round under way. */
export interface Rounds extends AsyncDisposable {
  /** Requests the next round; during a round, one more. Repeated requests count as one. */
  wake(): void;
}

export interface RoundsOptions {
  readonly clock: Clock;
  /** Milliseconds until the first round, unless it is requested earlier. Default: 0. */
  readonly firstDelay?: number;
  /** Never rejects. The signal is aborted when the rounds end. */
  readonly round: (signal: AbortSignal) => Promise<Pause>;
}

export function startRounds({ clock, firstDelay = 0, round }: RoundsOptions): Rounds {
  const stop = new AbortController();
  const { signal } = stop;
  let wanted = Promise.withResolvers<void>();
  const finished = run();

  async function run(): Promise<void> {
    if (firstDelay > 0) await pause({ atLeast: 0, atMost: firstDelay });
    while (!signal.aborted) {
      wanted = Promise.withResolvers();
      await pause(await round(signal));
    }
  }

  async function pause({ atLeast, atMost }: Pause): Promise<void> {
    if (atLeast > 0) await waitFor(clock, atLeast, signal);
    if (atMost <= atLeast || signal.aborted) return;
    using _timer = clock.schedule(atMost - atLeast, () => wanted.resolve());
    await wanted.promise;
  }

  return {
    wake: () => wanted.resolve(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      wanted.resolve();
      await finished;
    },
  };
}

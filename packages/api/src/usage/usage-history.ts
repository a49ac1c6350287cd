import type { UsageReading, UsageSource } from '../ports.ts';

export interface UsageSample extends UsageReading {
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Usage of device and services, as far as clients have asked for it. */
export interface UsageHistory {
  /** Takes a reading unless one was taken just now. @returns the samples after a time, oldest first */
  after(time: number): Promise<readonly UsageSample[]>;
}

/** Milliseconds between two readings, however many clients ask. */
export const USAGE_INTERVAL = 5_000;
/** Milliseconds for which samples are kept. */
export const USAGE_SPAN = 60 * 60_000;

/** Reads when a client asks and never else: without a client it does nothing. */
export function createUsageHistory(source: UsageSource, now: () => number): UsageHistory {
  let samples: UsageSample[] = [];
  let reading: Promise<void> | null = null;
  const read = async (): Promise<void> => {
    const time = now();
    const sample = { time, ...(await source()) };
    samples = [...samples.filter((one) => one.time > time - USAGE_SPAN && one.time < time), sample];
  };
  const isDue = (): boolean => {
    const age = now() - (samples.at(-1)?.time ?? -Infinity);
    // A clock that was set back makes the last sample one of the future.
    return age >= USAGE_INTERVAL || age < 0;
  };
  return {
    async after(time) {
      if (isDue()) {
        reading ??= read().finally(() => {
          reading = null;
        });
      }
      await reading;
      return samples.filter((one) => one.time > time);
    },
  };
}

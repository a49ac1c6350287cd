import { formatError } from '@device-supervisor/errors';

/** Tells of something that fails again and again once, and once that it works again: a device may be offline for a year. */
export interface Outage {
  failed(error: unknown): void;
  succeeded(): void;
}

/** @param subject e.g. `asking the cloud for the target` */
export function createOutage(subject: string, say: (message: string) => void): Outage {
  let told: string | null = null;
  return {
    failed(error) {
      const reason = formatError(error);
      if (reason === told) return;
      told = reason;
      say(`Failed ${subject}: ${reason}`);
    },
    succeeded() {
      if (told !== null) say(`Succeeded ${subject} again`);
      told = null;
    },
  };
}

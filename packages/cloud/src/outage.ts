import { formatError } from '@device-supervisor/errors';

/** Reports a repeated failure once, and the recovery once: a device may be offline for a year. */
export interface Outage {
  failed(error: unknown): void;
  succeeded(): void;
}

/** @param subject e.g. `asking the cloud for the target` */
export function createOutage(subject: string, say: (message: string) => void): Outage {
  let reported: string | null = null;
  return {
    failed(error) {
      const reason = formatError(error);
      if (reason === reported) return;
      reported = reason;
      say(`Failed ${subject}: ${reason}`);
    },
    succeeded() {
      if (reported !== null) say(`Succeeded ${subject} again`);
      reported = null;
    },
  };
}

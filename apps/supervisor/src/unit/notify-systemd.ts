import { formatError } from '@device-supervisor/errors';
import type { Clock } from '@device-supervisor/primitives';
import type { RunProgram } from '../boot/run-program.ts';
import type { Logger } from '../log/create-logger.ts';

export interface NotifyOptions {
  /** Milliseconds after which systemd restarts a unit that has said nothing; `null`: it has no watchdog. */
  readonly watchdogInterval: number | null;
  /** Nothing is said while it does not work, so that systemd restarts it. */
  readonly isAlive: () => boolean;
  readonly run: RunProgram;
  readonly clock: Pick<Clock, 'schedule'>;
  readonly log: Logger;
}

/**
 * Tells systemd that the unit is ready, then that it lives; disposing of it tells that the unit stops. Node.js has no
 * datagram sockets of the kind that systemd listens on, so `systemd-notify` speaks for us.
 */
export async function notifySystemd(options: NotifyOptions): Promise<AsyncDisposable> {
  const { watchdogInterval, isAlive, run, clock, log } = options;
  let timer: Disposable | null = null;
  let isFailing = false;
  const tell = async (message: string): Promise<void> => {
    try {
      await run('systemd-notify', [`--pid=${process.pid}`, message]);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn(`systemd cannot be reached with ${message}: ${formatError(error)}`);
      isFailing = true;
    }
  };
  const watch = (): void => {
    if (watchdogInterval === null) return;
    // Twice in each interval, as systemd recommends.
    timer = clock.schedule(watchdogInterval / 2, () => {
      watch();
      if (isAlive()) void tell('WATCHDOG=1');
    });
  };
  await tell('READY=1');
  watch();
  return {
    async [Symbol.asyncDispose]() {
      timer?.[Symbol.dispose]();
      await tell('STOPPING=1');
    },
  };
}

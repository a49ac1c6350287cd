import { join } from 'node:path';
import type { Clock } from '@device-supervisor/device';
import { createTimedLocks, createUpdateLocks, type TimedLocks } from '@device-supervisor/lockfile';
import type { Logger } from '../log/create-logger.ts';

export interface OpenedLocks extends AsyncDisposable {
  readonly locks: TimedLocks;
}

export interface OpenLocksOptions {
  /** Where services keep their update locks, as we see it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFault: (error: unknown) => void;
}

/** The update locks of services; ours of an earlier run are given back. */
export async function openLocks(options: OpenLocksOptions): Promise<OpenedLocks> {
  const { directory, clock, onFault } = options;
  const log = options.log.component('locks');
  const stack = new AsyncDisposableStack();
  const files = stack.use(
    createUpdateLocks({
      directory: join(directory, 'services'),
      holder: 'device-supervisor',
      logger: (message) => log.warn(message),
    }),
  );
  const locks = stack.use(createTimedLocks({ locks: files, clock }));
  // The next acquisition of a lock finds a leftover that cannot be removed now.
  const leftovers = await files.recoverLeftovers().catch((error: unknown) => (onFault(error), []));
  for (const { path } of leftovers) log.info(`Removed our update lock ${path} of an earlier run`);
  return { locks, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

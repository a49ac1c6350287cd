import type { Blocked, Lock } from '@device-supervisor/api-client';
import type { Activity } from './activity.ts';

export interface Wait {
  /** e.g. `Tries again at`. */
  readonly text: string;
  /** Milliseconds since the epoch; `null`: the text says everything. */
  readonly at: number | null;
}

export interface WaitSources {
  readonly locks: readonly Lock[];
  readonly retries: Activity['retries'];
}

/** Until when something waits; `null`: no time is known, and `message` says for what. */
export function waitOf({ appId, service, reason }: Blocked, { locks, retries }: WaitSources): Wait | null {
  if (reason === 'locked') {
    const own = locks.filter((lock) => lock.appId === appId);
    const [lock] = own.filter((one) => one.service === service).concat(own);
    if (lock === undefined) return null;
    const holder = lock.holder === null ? `A lock file of ${lock.service}` : `${lock.holder}, for ${lock.service}`;
    const why = lock.reason === null || lock.reason === '' ? '' : ` (${lock.reason})`;
    if (lock.expiresAt === null) return { text: `${holder}${why}, until it is released`, at: null };
    return { text: `${holder}${why}, until`, at: Date.parse(lock.expiresAt) };
  }
  if (reason !== 'backoff' && reason !== 'cleanup') return null;
  const own = [...retries.values()].filter(
    ({ operation }) => operation.appId === appId && (service === null || operation.service === service),
  );
  const at = Math.min(...own.map((one) => one.at));
  return own.length === 0 ? null : { text: 'Tries again', at };
}

import type { Lock } from '@device-supervisor/api-client';
import { formatAge, type StateViewOptions } from './format-state.ts';
import { formatTable } from './format-table.ts';

/** Which services an update may not stop, who holds their locks, and until when. */
export function formatLocks(locks: readonly Lock[], { paint, now }: StateViewOptions): string[] {
  if (locks.length === 0) return ['No update lock is held.'];
  const rows = locks.map(({ appId, service, holder, reason, expiresAt }) => [
    `${appId}`,
    service,
    holder ?? 'a lock file',
    reason === null || reason === '' ? '-' : reason,
    expiresAt === null ? 'it is released' : `in ${formatAge(Date.parse(expiresAt) - now)}`,
  ]);
  return formatTable(['APP', 'SERVICE', 'HOLDER', 'REASON', 'ENDS'], rows, paint);
}

import { propose, type Actions } from '../model/actions.ts';
import type { DeviceStore } from '../model/device-store.ts';
import { formatDuration, formatTime } from '../model/format.ts';
import { Empty } from './card.tsx';
import { Icon } from './icon.tsx';

/** Services that must not be stopped now, and the clients that said so. */
export function LockList({ store, actions }: { readonly store: DeviceStore; readonly actions: Actions }) {
  const locks = store.locks.value;
  const now = store.now.value;
  if (locks.length === 0) return <Empty>No service holds its update lock.</Empty>;
  return (
    <ul class="rows">
      {locks.map(({ appUuid, service, holder, reason, expiresAt }) => (
        <li class="row" key={`${appUuid} ${service}`}>
          <span class="row-icon warn">
            <Icon name="lock" />
          </span>
          <div class="row-text">
            <strong>{service}</strong>
            <span>
              {holder === null ? 'By a lock file of the service' : `By ${holder}`}
              {reason !== null && reason !== '' && `: ${reason}`}
            </span>
            <small>
              {expiresAt === null
                ? 'Until the service removes the file'
                : `Until ${formatTime(Date.parse(expiresAt), now)}, for ${formatDuration(Date.parse(expiresAt) - now)}`}
            </small>
          </div>
          {holder !== null && (
            <button type="button" class="plain" onClick={() => propose(actions.releaseLock(appUuid, service, holder))}>
              Release
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

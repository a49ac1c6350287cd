import type { Blocked } from '@device-supervisor/api-client';
import type { DeviceStore } from '../model/device-store.ts';
import { formatDuration, formatTime } from '../model/format.ts';
import { waitOf } from '../model/wait-of.ts';
import { Icon } from './icon.tsx';

/** Blocked parts, with their reasons and ends. */
export function BlockedList({ store, blocked }: { readonly store: DeviceStore; readonly blocked: readonly Blocked[] }) {
  return (
    <ul class="rows">
      {blocked.map((one) => (
        <BlockedRow key={`${one.appId} ${one.service} ${one.reason} ${one.message}`} store={store} blocked={one} />
      ))}
    </ul>
  );
}

function BlockedRow({ store, blocked }: { readonly store: DeviceStore; readonly blocked: Blocked }) {
  const { service, reason, message } = blocked;
  const until = waitOf(blocked, { locks: store.locks.value, retries: store.activity.value.retries });
  const now = store.now.value;
  return (
    <li class="row">
      <span class="row-icon warn">
        <Icon name={reason === 'locked' ? 'lock' : reason === 'dependency' ? 'network' : 'clock'} />
      </span>
      <div class="row-text">
        <strong>
          {service ?? 'The device'} <span class="tag">{reason}</span>
        </strong>
        <span>{message}</span>
        <small>
          {until === null
            ? 'Until that changes'
            : until.at === null
              ? until.text
              : `${until.text} ${until.at > now ? `${formatTime(until.at, now)}, in ${formatDuration(until.at - now)}` : 'now'}`}
        </small>
      </div>
    </li>
  );
}

import { Badge } from './badge.tsx';
import { formatDuration } from '../model/format.ts';
import type { DeviceStore } from '../model/device-store.ts';

/** Whether what the page shows is what the device is now. */
export function ConnectionStatus({ store }: { readonly store: DeviceStore }) {
  const { status } = store.connection.value;
  return (
    <div class="connection" role="status">
      {status === 'live' ? (
        <Badge tone="good">Live</Badge>
      ) : status === 'lost' ? (
        <Badge tone="bad">Not connected</Badge>
      ) : (
        <Badge tone="idle">Connecting</Badge>
      )}
    </div>
  );
}

/** Says that what is shown may be old, and when the page tries again. */
export function ConnectionBanner({ store }: { readonly store: DeviceStore }) {
  const connection = store.connection.value;
  if (connection.status !== 'lost') return null;
  const now = store.now.value;
  const wait = connection.retryAt - now;
  const age = store.state.value === null ? '' : `What is shown is ${formatDuration(now - connection.since)} old. `;
  return (
    <div class="banner bad" role="alert">
      <strong>The device does not answer</strong>
      <span>
        {age}The page tries again {wait > 999 ? `in ${formatDuration(wait)}` : 'now'}, and catches up.
      </span>
    </div>
  );
}

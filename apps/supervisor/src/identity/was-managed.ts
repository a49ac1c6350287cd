import type { Store } from '@device-supervisor/store';
import type { OpenedIdentity } from './open-identity.ts';

export interface Past {
  readonly opened: Pick<OpenedIdentity, 'mode' | 'settings'>;
  readonly store: Pick<Store, 'targets'>;
}

/**
 * Why an unmanaged device belongs, or belonged, to a cloud: its config.json may have lost its `apiEndpoint` by mistake, which
 * must not open the API to all. `null`: nothing says so, or it is managed.
 */
export function wasManaged({ opened: { mode, settings }, store }: Past): string | null {
  if (mode.kind === 'managed') return null;
  if ((settings.registered_at ?? 0) > 0) return 'config.json says that it is registered with a cloud';
  return store.targets.load('cloud') === null ? null : 'its database holds a target of a cloud';
}

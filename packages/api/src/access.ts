import type { DeviceState } from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';
import { OutOfScopeError, UnauthorizedError } from './errors.ts';
import type { ApiKeys, KeyScope } from './ports.ts';

/** What a request may see and do. */
export type Access = KeyScope | { readonly kind: 'anonymous' };

/** What a route asks of the key it is called with; see the package's README. */
export type RouteScope = 'none' | 'any-key' | 'app' | 'global';

export interface AccessRules {
  readonly keys: ApiKeys;
  /** False: every client that reaches the API has full access. */
  readonly requiresKey: () => boolean;
}

/** @throws UnauthorizedError */
export function grantAccess(scope: RouteScope, key: string | undefined, rules: AccessRules): Access {
  if (scope === 'none') return { kind: 'anonymous' };
  if (!rules.requiresKey()) return { kind: 'global' };
  const access = key === undefined ? null : rules.keys.find(key);
  if (access === null || (scope === 'global' && access.kind !== 'global')) throw new UnauthorizedError();
  return access;
}

/**
 * For routes that name an app.
 *
 * @throws OutOfScopeError when the key is another app's
 */
export function requireApp(access: Access, appId: number): void {
  if (!seesApp(access, appId)) throw new OutOfScopeError();
}

/** What is about no app in particular is for those who see all. */
export function seesApp(access: Access, appId: number | null | undefined): boolean {
  switch (access.kind) {
    case 'global':
      return true;
    case 'app':
      return access.appId === appId;
    case 'anonymous':
      return false;
  }
}

/** What the key sees of a state: its own apps, what is about them, and the progress of their downloads. */
export function visibleState(state: DeviceState, access: Access): DeviceState {
  if (access.kind === 'global') return state;
  const images = state.images.filter(({ appId }) => seesApp(access, appId));
  const downloads = images.flatMap(({ downloadProgress }) => (downloadProgress === null ? [] : [downloadProgress]));
  return {
    ...state,
    apps: state.apps.filter(({ id }) => seesApp(access, id)),
    images,
    blocked: state.blocked.filter(({ appId }) => seesApp(access, appId)),
    notices: state.notices.filter(({ appId }) => seesApp(access, appId)),
    overallDownloadProgress:
      downloads.length === 0 ? null : Math.round(downloads.reduce((sum, one) => sum + one, 0) / downloads.length),
  };
}

/** A target without the apps that the key does not see: they hold the secrets of others. */
export function visibleTarget(target: TargetState, access: Access): TargetState {
  if (access.kind === 'global') return target;
  return {
    ...target,
    apps: Object.fromEntries(Object.entries(target.apps).filter(([, { id }]) => seesApp(access, id))),
  };
}

/** The key of a request. One in the query wins over the header, as clients that send both rely on. */
export function readKey(query: string | undefined, authorization: string | undefined): string | undefined {
  if (query) return query;
  return /^\s*(?:apikey|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

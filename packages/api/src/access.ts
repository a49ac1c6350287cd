import type { DeviceState } from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';
import { OutOfScopeError, UnauthorizedError } from './errors.ts';
import type { ApiKeys, KeyScope } from './ports.ts';
import type { ClientConnection } from './routes/route.ts';

/** The access of a request. */
export type Access = KeyScope | { readonly kind: 'anonymous' };

/** The key that a route requires; see the package's README. */
export type RouteScope = 'none' | 'any-key' | 'app' | 'global';

export interface AccessRules {
  readonly keys: ApiKeys;
  /** False: clients need no key, unless they are containers. */
  readonly requiresKey: () => boolean;
  /** Whether a connection comes from a bridge of the engine: its containers need a key in any mode. None does by default. */
  readonly isContainer?: ((connection: ClientConnection) => boolean) | undefined;
}

export interface Credentials {
  readonly key: string | undefined;
  /** Absent: the request did not come over HTTP. */
  readonly connection: ClientConnection | undefined;
}

/** @throws UnauthorizedError */
export function grantAccess(scope: RouteScope, { key, connection }: Credentials, rules: AccessRules): Access {
  if (scope === 'none') return { kind: 'anonymous' };
  const isContainer = (): boolean => connection !== undefined && rules.isContainer?.(connection) === true;
  if (!rules.requiresKey() && !isContainer()) return { kind: 'global' };
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

/** Only a global key sees what belongs to no app. */
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

/** The app that a request of the key can be about; absent: the whole device. */
export function appOf(access: Access): number | undefined {
  return access.kind === 'app' ? access.appId : undefined;
}

/** The part of a state that the key sees: its own apps, and the progress of their downloads. */
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

/** The key of a request. Clients that send both rely on the one in the query taking precedence over the header. */
export function readKey(query: string | undefined, authorization: string | undefined): string | undefined {
  if (query) return query;
  return /^\s*(?:apikey|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

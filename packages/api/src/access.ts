import type { DeviceState } from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';
import { UnauthorizedError } from './errors.ts';
import type { ApiKeys, KeyScope } from './ports.ts';

/** What a request may see and do. */
export type Access = KeyScope | { readonly kind: 'anonymous' };

/** What a route asks of the key it is called with; see the package's README. */
export type RouteScope = 'none' | 'any-key' | 'app' | 'global';

export interface AccessRequest {
  readonly scope: RouteScope;
  readonly queryKey: string | undefined;
  readonly authorization: string | undefined;
}

export interface AccessRules {
  readonly keys: ApiKeys;
  /** False: everybody who reaches the API may do everything. */
  readonly requiresKey: () => boolean;
}

/** @throws UnauthorizedError */
export function grantAccess({ scope, queryKey, authorization }: AccessRequest, rules: AccessRules): Access {
  if (scope === 'none') return { kind: 'anonymous' };
  if (!rules.requiresKey()) return { kind: 'global' };
  // A key in the query wins over the header, as clients that send both rely on.
  const key = queryKey ? queryKey : keyOf(authorization);
  const access = key === undefined ? null : rules.keys.find(key);
  if (access === null || (scope === 'global' && access.kind !== 'global')) throw new UnauthorizedError();
  return access;
}

export function seesApp(access: Access, appId: number): boolean {
  switch (access.kind) {
    case 'global':
      return true;
    case 'app':
      return access.appId === appId;
    case 'anonymous':
      return false;
  }
}

/** The apps and images of a state that the key sees, and the progress of their downloads. */
export function visibleState(
  state: DeviceState,
  access: Access,
): Pick<DeviceState, 'applying' | 'apps' | 'images' | 'overallDownloadProgress'> {
  if (access.kind === 'global') return state;
  const images = state.images.filter(({ appId }) => seesApp(access, appId));
  const downloads = images.flatMap(({ downloadProgress }) => (downloadProgress === null ? [] : [downloadProgress]));
  return {
    applying: state.applying,
    apps: state.apps.filter(({ id }) => seesApp(access, id)),
    images,
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

function keyOf(authorization: string | undefined): string | undefined {
  return /^\s*(?:apikey|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

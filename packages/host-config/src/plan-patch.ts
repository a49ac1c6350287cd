import { HostConfigInvalidError } from './errors.ts';
import type { HostConfigPatch, ProxySettingsPatch } from './host-config.ts';
import { defaultHostname } from './hostname.ts';
import { parseNoProxy, printNoProxy } from './no-proxy.ts';
import { patchProxyFile } from './patch-proxy.ts';

/** The settings that are stored on the host. */
export interface StoredConfig {
  /** redsocks.conf; `null`: missing. */
  readonly redsocks: Uint8Array | null;
  /** no_proxy; `null`: missing. */
  readonly noProxy: Uint8Array | null;
  /** As config.json has them. */
  readonly hostname: string | undefined;
  readonly uuid: string | undefined;
}

/** A change of what is stored, in the order in which it has to be made. */
export type StoredChange =
  | { readonly kind: 'set-hostname'; readonly hostname: string }
  | { readonly kind: 'write-no-proxy'; readonly bytes: Uint8Array }
  | { readonly kind: 'remove-no-proxy' }
  | { readonly kind: 'patch-redsocks'; readonly settings: ProxySettingsPatch }
  | { readonly kind: 'remove-redsocks' };

/**
 * The writes of a patch; none for values that are set already. The order holds for a power cut after each of them: exceptions
 * are there before their proxy, and go after it, since traffic that is to go around a proxy may not get through it. The
 * name comes first: a host may restart us as soon as it sees files of the proxy change.
 *
 * @throws HostConfigInvalidError, ProxyFileDamagedError
 */
export function planPatch(stored: StoredConfig, patch: HostConfigPatch): readonly StoredChange[] {
  return [...planHostname(stored, patch.hostname), ...planProxy(stored, patch.proxy)];
}

function planHostname({ hostname, uuid }: StoredConfig, wanted: string | undefined): readonly StoredChange[] {
  if (wanted === undefined) return [];
  if (wanted === '' && uuid === undefined) {
    throw new HostConfigInvalidError([
      { field: 'network.hostname', message: 'cannot be the default: config.json has no uuid to make it of' },
    ]);
  }
  const name = wanted === '' && uuid !== undefined ? defaultHostname(uuid) : wanted;
  return name === hostname ? [] : [{ kind: 'set-hostname', hostname: name }];
}

function planProxy(stored: StoredConfig, proxy: HostConfigPatch['proxy']): readonly StoredChange[] {
  if (proxy === undefined) return [];
  if (proxy === null) {
    return [
      ...(stored.redsocks === null ? [] : [{ kind: 'remove-redsocks' } as const]),
      ...(stored.noProxy === null ? [] : [{ kind: 'remove-no-proxy' } as const]),
    ];
  }
  const { noProxy, ...settings } = proxy;
  const patched = patchProxyFile(stored.redsocks, settings);
  return [
    ...planNoProxy(stored.noProxy, noProxy),
    ...(isSame(patched, stored.redsocks) ? [] : [{ kind: 'patch-redsocks', settings } as const]),
  ];
}

function planNoProxy(stored: Uint8Array | null, wanted: readonly string[] | undefined): readonly StoredChange[] {
  if (wanted === undefined) return [];
  if (wanted.length === 0) return stored === null ? [] : [{ kind: 'remove-no-proxy' }];
  const current = parseNoProxy(stored);
  const isUnchanged = current.length === wanted.length && current.every((entry, index) => entry === wanted[index]);
  return isUnchanged ? [] : [{ kind: 'write-no-proxy', bytes: printNoProxy(wanted) }];
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

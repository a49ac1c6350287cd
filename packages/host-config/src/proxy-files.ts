import { decodePatch } from './decode-patch.ts';
import type { ProxySettings, ProxySettingsPatch } from './host-config.ts';
import { parseNoProxy as parseEntries, printNoProxy as printEntries } from './no-proxy.ts';
import { patchProxyFile, readProxy } from './patch-proxy.ts';

/**
 * The proxy settings in the content of a redsocks.conf, as redsocks 0.5 reads it. Values that redsocks could not use are
 * absent.
 *
 * @param content `null`: there is no file
 * @returns `null`: no proxy is configured
 * @throws ProxyFileDamagedError when redsocks would not read it, with the line
 * @example
 * ```ts
 * parseRedsocksConf(await readFile('/mnt/boot/system-proxy/redsocks.conf'))?.ip;
 * ```
 */
export function parseRedsocksConf(content: Uint8Array | null): Partial<ProxySettings> | null {
  return readProxy(content);
}

/**
 * The content of a redsocks.conf for a proxy, with the block `base` and the addresses that balenaOS expects.
 *
 * @throws HostConfigInvalidError when redsocks could not use a value
 */
export function printRedsocksConf(settings: ProxySettings): Uint8Array {
  return changeRedsocksConf(null, settings);
}

/**
 * A redsocks.conf with other settings. Comments, blocks and keys that the patch does not name stay as they are.
 *
 * @param content `null`: there is no file
 * @throws HostConfigInvalidError when redsocks could not use a value, or the result would be no whole proxy;
 *   ProxyFileDamagedError when redsocks would not read the content, and the patch is no whole proxy by itself
 */
export function changeRedsocksConf(content: Uint8Array | null, patch: ProxySettingsPatch): Uint8Array {
  const { type, ip, port, login, password, dns } = decodePatch({ network: { proxy: patch } }).patch.proxy ?? {};
  const checked = { type, ip, port, login, password, dns };
  const named = Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== undefined));
  return patchProxyFile(content, named) ?? new Uint8Array();
}

/** The addresses, subnets and names in the content of a no_proxy file, one a line. @param content `null`: there is no file */
export function parseNoProxy(content: Uint8Array | null): readonly string[] {
  return parseEntries(content);
}

/**
 * The content of a no_proxy file.
 *
 * @throws HostConfigInvalidError when an entry is no IPv4 address, subnet or host name
 */
export function printNoProxy(entries: readonly string[]): Uint8Array {
  return printEntries(decodePatch({ network: { proxy: { noProxy: entries } } }).patch.proxy?.noProxy ?? []);
}

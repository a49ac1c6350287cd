import { HostConfigInvalidError, ProxyFileDamagedError } from './errors.ts';
import type { ProxySettings, ProxySettingsPatch } from './host-config.ts';
import { parseRedsocks, type RedsocksDocument } from './redsocks/parse-redsocks.ts';
import { changeProxyFile, createProxyFile, isProxyConfigured, readProxySettings } from './redsocks/proxy-settings.ts';
import type { RedsocksFault } from './redsocks/read-tokens.ts';

/**
 * The proxy settings of a redsocks.conf.
 *
 * @param bytes `null`: there is no file
 * @returns `null`: no proxy is configured
 * @throws ProxyFileDamagedError
 */
export function readProxy(bytes: Uint8Array | null): Partial<ProxySettings> | null {
  const document = bytes === null ? null : parse(bytes);
  return document === null || !isProxyConfigured(document) ? null : readProxySettings(document);
}

/**
 * A redsocks.conf after a patch. Settings that the patch does not name stay, as does what is not a setting.
 *
 * @param bytes `null`: there is no file
 * @returns `null`: no proxy is set afterwards
 * @throws HostConfigInvalidError when that would be no whole proxy; ProxyFileDamagedError when the patch is not one by
 *   itself
 */
export function patchProxyFile(bytes: Uint8Array | null, patch: ProxySettingsPatch): Uint8Array | null {
  if (Object.keys(patch).length === 0) return bytes;
  const document = bytes === null || (isWhole(patch) && isDamaged(bytes)) ? null : parse(bytes);
  const current = document === null || !isProxyConfigured(document) ? null : readProxySettings(document);
  if (current === null && Object.values(patch).every((value) => value === null)) return bytes;
  const settings = wholeSettings({ ...current, ...patch }, current !== null);
  return document === null ? createProxyFile(settings) : changeProxyFile(document, settings);
}

function parse(bytes: Uint8Array): RedsocksDocument {
  const parsed = parseRedsocks(bytes);
  if (parsed.ok) return parsed.document;
  throw new ProxyFileDamagedError(lineOf(bytes, parsed.fault), parsed.fault.reason);
}

function isDamaged(bytes: Uint8Array): boolean {
  return !parseRedsocks(bytes).ok;
}

function lineOf(bytes: Uint8Array, { at }: RedsocksFault): number {
  return bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
}

const REQUIRED = ['type', 'ip', 'port'] as const;

function isWhole(patch: ProxySettingsPatch): boolean {
  return REQUIRED.every((key) => patch[key] !== undefined);
}

function wholeSettings(merged: ProxySettingsPatch, isConfigured: boolean): ProxySettings {
  const { type, ip, port, login, password, dns } = merged;
  if (type === undefined || ip === undefined || port === undefined) throw incomplete(merged, isConfigured);
  if (type === 'socks5') refuseLongCredentials({ login: login ?? '', password: password ?? '' });
  return {
    type,
    ip,
    port,
    ...(typeof login === 'string' ? { login } : {}),
    ...(typeof password === 'string' ? { password } : {}),
    ...(typeof dns === 'string' ? { dns } : {}),
  };
}

function incomplete(merged: ProxySettingsPatch, isConfigured: boolean): HostConfigInvalidError {
  const missing = REQUIRED.filter((key) => merged[key] === undefined);
  if (!isConfigured && missing.length === REQUIRED.length && typeof merged.dns === 'string') {
    return new HostConfigInvalidError([
      { field: 'network.proxy.dns', message: 'needs a proxy: set type, ip and port as well' },
    ]);
  }
  return new HostConfigInvalidError(
    missing.map((key) => ({ field: `network.proxy.${key}`, message: 'is missing: the proxy has none yet' })),
  );
}

/** Bytes (RFC 1929). Redsocks would continue without the credentials. */
const MAX_SOCKS5_CREDENTIAL = 255;

function refuseLongCredentials(credentials: Readonly<Record<'login' | 'password', string>>): void {
  const problems = Object.entries(credentials)
    .filter(([, value]) => Buffer.byteLength(value) > MAX_SOCKS5_CREDENTIAL)
    .map(([key]) => ({
      field: `network.proxy.${key}`,
      message: `must not be longer than ${MAX_SOCKS5_CREDENTIAL} bytes for socks5`,
    }));
  if (problems.length > 0) throw new HostConfigInvalidError(problems);
}

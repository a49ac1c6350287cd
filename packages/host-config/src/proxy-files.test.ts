import { expect, it } from 'vitest';
import { HostConfigInvalidError, ProxyFileDamagedError } from './errors.ts';
import { changeRedsocksConf, parseNoProxy, parseRedsocksConf, printNoProxy, printRedsocksConf } from './proxy-files.ts';

const PROXY = { type: 'socks5', ip: '203.0.113.7', port: 1080, login: 'a"b', dns: '1.1.1.1:53' } as const;

it('reads back the proxy that it printed', () => {
  expect(parseRedsocksConf(printRedsocksConf(PROXY))).toEqual(PROXY);
  expect(parseRedsocksConf(null)).toBeNull();
});

it('changes what a patch names, and keeps comments and foreign keys', () => {
  const before = Buffer.from(
    'base { log = stderr; }\n// ours\nredsocks {\n type = socks4; ip = a.b; port = 1; splice = off;\n}\n',
  );
  const after = Buffer.from(changeRedsocksConf(before, { port: 8080, login: null })).toString();
  expect(after).toBe(before.toString().replace('port = 1;', 'port = 8080;'));
});

it('refuses what redsocks could not use, and names the field and not the value', () => {
  expect(() => printRedsocksConf({ ...PROXY, port: 0 })).toThrow('network.proxy.port must be a whole number');
  expect(() => printRedsocksConf({ ...PROXY, password: '{' })).toThrow(HostConfigInvalidError);
  expect(() => changeRedsocksConf(null, { ip: 'a.b' })).toThrow('network.proxy.type is missing');
});

it('refuses to read what redsocks would not', () => {
  expect(() => parseRedsocksConf(Buffer.from('redsocks {'))).toThrow(ProxyFileDamagedError);
});

it('prints an entry a line, and refuses what is none', () => {
  expect(parseNoProxy(printNoProxy(['10.0.0.0/8', '*.local']))).toEqual(['10.0.0.0/8', '*.local']);
  expect(() => printNoProxy(['a b'])).toThrow(HostConfigInvalidError);
});

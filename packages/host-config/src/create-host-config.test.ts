import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeHost, type FakeHost } from '../test/fake-host.ts';
import {
  createHostConfig,
  HostFileError,
  HostUnitError,
  ProxyFileDamagedError,
  HostConfigLockedError,
  type HostConfiguration,
} from './index.ts';

const PROXY = { type: 'socks5', ip: '203.0.113.7', port: 1080 };
const PROXY_UNITS = ['restart balena-proxy-config.service', 'restart redsocks.service'];
const SECRET = 's3cr3t-password';

let host: FakeHost;
let hostConfig: HostConfiguration;
beforeEach(() => {
  host = createFakeHost();
  hostConfig = createHostConfig({ paths: host.paths, ...host.ports });
});
afterEach(() => host[Symbol.dispose]());

const patch = (network: object, force = false): ReturnType<HostConfiguration['patch']> =>
  hostConfig.patch({ network }, { force });
const proxyNow = async (): Promise<unknown> => (await hostConfig.get()).network.proxy;
const content = (path: string): string => readFileSync(path, 'utf8');
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe('get', () => {
  it('has no proxy where none is configured', async () => {
    expect(await hostConfig.get()).toEqual({ network: { hostname: 'device' } });
    write(host.paths.redsocks, 'base { log = stderr; }\n');
    write(host.paths.noProxy, '10.0.0.0/8\n');
    expect(await hostConfig.get()).toEqual({ network: { hostname: 'device' } });
  });

  it('shows what is configured, and not where redsocks listens', async () => {
    write(
      host.paths.redsocks,
      'base{} redsocks { type=socks5; ip=203.0.113.7; port=1080; login="a"; local_ip=127.0.0.1; local_port=12345; }\n',
    );
    write(host.paths.noProxy, '152.10.30.4\r\n\n 253.1.1.0/16');
    expect(await proxyNow()).toEqual({ ...PROXY, login: 'a', noProxy: ['152.10.30.4', '253.1.1.0/16'] });
  });

  it('leaves out what redsocks could not use', async () => {
    write(host.paths.redsocks, 'redsocks { type = ftp; ip = 203.0.113.7; port = many; }\n');
    expect(await proxyNow()).toEqual({ ip: '203.0.113.7' });
  });

  it('shows the name in effect, else the one that is to be', async () => {
    await patch({ hostname: 'renamed' });
    expect((await hostConfig.get()).network.hostname).toBe('device');
    rmSync(host.paths.hostname);
    expect((await hostConfig.get()).network.hostname).toBe('renamed');
    delete host.config.hostname;
    expect((await hostConfig.get()).network.hostname).toBe('0123456');
  });

  it('says where a file is damaged, without quoting it', async () => {
    write(host.paths.redsocks, `redsocks {\n password = "x" ${SECRET};\n}\n`);
    const failure = await hostConfig.get().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProxyFileDamagedError);
    expect(formatError(failure)).toBe(
      'redsocks.conf is damaged: in line 2 is something other than ; after a value. ' +
        'Set type, ip and port of the proxy to replace the file, or remove the proxy',
    );
  });
});

describe('patch', () => {
  it('sets a proxy', async () => {
    const all = { ...PROXY, login: 'me', password: 'a;"b"}\\', noProxy: ['10.0.0.0/8'], dns: '9.9.9.9:53' };
    expect(await patch({ proxy: { ...all, port: '1080' } })).toEqual({
      changed: ['no_proxy', 'redsocks.conf'],
      restarted: ['balena-proxy-config.service', 'redsocks.service'],
      leftToHost: [],
    });
    expect(host.calls).toEqual(['lock', ...PROXY_UNITS, 'unlock']);
    expect(await proxyNow()).toEqual(all);
    expect(content(host.paths.noProxy)).toBe('10.0.0.0/8\n');
    expect(statSync(host.paths.redsocks).mode & 0o777).toBe(0o644);
  });

  it('merges fields', async () => {
    await patch({ proxy: { ...PROXY, login: 'me', password: SECRET, noProxy: ['10.0.0.0/8'] } });
    await patch({ proxy: { ip: 'proxy.example.com', login: null } });
    expect(await proxyNow()).toEqual({
      ...PROXY,
      ip: 'proxy.example.com',
      password: SECRET,
      noProxy: ['10.0.0.0/8'],
    });
  });

  it('changes exceptions alone, also without a proxy', async () => {
    await patch({ proxy: { noProxy: ['10.0.0.0/8'] } });
    expect(existsSync(host.paths.redsocks)).toBe(false);
    await patch({ proxy: PROXY });
    const before = content(host.paths.redsocks);
    expect((await patch({ proxy: { noProxy: ['1.1.1.1'] } })).changed).toEqual(['no_proxy']);
    expect(await proxyNow()).toEqual({ ...PROXY, noProxy: ['1.1.1.1'] });
    await patch({ proxy: { noProxy: [] } });
    expect(await proxyNow()).toEqual(PROXY);
    expect(existsSync(host.paths.noProxy)).toBe(false);
    expect(content(host.paths.redsocks)).toBe(before);
  });

  it.each([null, {}])('removes the proxy with all that belongs to it: %j', async (proxy) => {
    await patch({ proxy: { ...PROXY, password: SECRET, dns: true, noProxy: ['10.0.0.0/8'] } });
    expect((await patch({ proxy })).changed).toEqual(['redsocks.conf', 'no_proxy']);
    expect(await hostConfig.get()).toEqual({ network: { hostname: 'device' } });
    expect(readdirSync(dirname(host.paths.redsocks))).toEqual([]);
  });

  it('sets, changes and removes the DNS server of a proxy', async () => {
    await patch({ proxy: PROXY });
    await patch({ proxy: { dns: true } });
    expect(await proxyNow()).toEqual({ ...PROXY, dns: '8.8.8.8:53' });
    await patch({ proxy: { dns: '9.9.9.9:5353' } });
    expect(await proxyNow()).toEqual({ ...PROXY, dns: '9.9.9.9:5353' });
    await patch({ proxy: { dns: false } });
    expect(await proxyNow()).toEqual(PROXY);
  });

  it.each([
    [{ dns: true }, 'network.proxy.dns needs a proxy: set type, ip and port as well'],
    [{ ip: '203.0.113.7', dns: true }, 'network.proxy.type is missing: the proxy has none yet; network.proxy.port'],
    [{ type: 'socks5', ip: '203.0.113.7' }, 'network.proxy.port is missing'],
    [{ ...PROXY, login: 'é'.repeat(128) }, 'network.proxy.login must not be longer than 255 bytes for socks5'],
  ])('refuses what makes no proxy: %j', async (proxy, message) => {
    await expect(patch({ proxy: { ...proxy, noProxy: ['1.1.1.1'] }, hostname: 'renamed' })).rejects.toThrow(message);
    expect(host.calls).toEqual([]);
    expect(await hostConfig.get()).toEqual({ network: { hostname: 'device' } });
  });

  it('does nothing where nothing changes', async () => {
    await patch({ proxy: { ...PROXY, noProxy: ['10.0.0.0/8'] } });
    host.calls.length = 0;
    host.holders = [{ appId: 1, service: 'web' }];
    const unchanged = { changed: [], restarted: [], leftToHost: [] };
    expect(await patch({ proxy: { ...PROXY, noProxy: ['10.0.0.0/8'], dns: false }, hostname: 'device' })).toEqual(
      unchanged,
    );
    expect(await patch({})).toEqual(unchanged);
    expect(host.calls).toEqual([]);
  });

  it('stores a name, or the default one', async () => {
    expect((await patch({ hostname: 'renamed' })).changed).toEqual(['hostname']);
    expect(host.config.hostname).toBe('renamed');
    await patch({ hostname: '' });
    expect(host.config.hostname).toBe('0123456');
    delete host.config.uuid;
    await expect(patch({ hostname: null })).rejects.toThrow('network.hostname cannot be the default');
  });

  it('is not in the way of a proxy when config.json is damaged', async () => {
    host.ports.configJson.read = () => Promise.reject(new Error('damaged'));
    expect((await patch({ proxy: PROXY })).changed).toEqual(['redsocks.conf']);
  });

  it('makes changes one after the other', async () => {
    await patch({ proxy: PROXY });
    await Promise.all([1, 2, 3, 4, 5].map((port) => patch({ proxy: { port, login: `user-${port}` } })));
    expect(await proxyNow()).toEqual({ ...PROXY, port: 5, login: 'user-5' });
    expect(host.calls.filter((call) => call.endsWith('lock')).join(' ')).toBe(Array(6).fill('lock unlock').join(' '));
  });

  describe('of a damaged file', () => {
    beforeEach(() => write(host.paths.redsocks, '# made by hand\nredsocks { }\n'));

    it('replaces it by a whole proxy', async () => {
      await patch({ proxy: PROXY });
      expect(await proxyNow()).toEqual(PROXY);
    });

    it('removes it', async () => {
      await patch({ proxy: null });
      expect(existsSync(host.paths.redsocks)).toBe(false);
    });

    it('changes nothing else', async () => {
      await expect(patch({ proxy: { port: 80 } })).rejects.toThrow(ProxyFileDamagedError);
      await patch({ proxy: { noProxy: ['1.1.1.1'] }, hostname: 'renamed' });
      expect(content(host.paths.redsocks)).toBe('# made by hand\nredsocks { }\n');
    });
  });

  describe('of what cannot be written', () => {
    it('says which file, and what to do', async () => {
      write(dirname(host.paths.redsocks), 'a file where the directory should be');
      const failure = await patch({ proxy: { ...PROXY, password: SECRET } }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(HostFileError);
      // Both files are read at the same time, and either may fail first.
      expect(formatError(failure)).toMatch(/\/system-proxy\/(?:redsocks\.conf|no_proxy) cannot be/);
      expect(formatError(failure)).not.toContain(SECRET);
    });
  });
});

describe('update locks', () => {
  beforeEach(() => {
    host.holders = [{ appId: 1, service: 'web' }];
  });

  it.each([{ proxy: PROXY }, { hostname: 'renamed' }])('keep %j from being stored', async (network) => {
    await expect(patch(network)).rejects.toThrow(HostConfigLockedError);
    await expect(patch(network)).rejects.toThrow('Updates are locked by web of app 1');
    expect(host.calls).toEqual([]);
    expect(await hostConfig.get()).toEqual({ network: { hostname: 'device' } });
    expect(host.config.hostname).toBe('device');
  });

  it('may be ours, for an operation that takes long', async () => {
    host.ports.locks.acquireAll = async () => ({ status: 'busy', appId: 7 });
    await expect(patch({ proxy: PROXY })).rejects.toThrow('locked by an operation on app 7 that is under way');
  });

  it('are overridden by force, wherever that stands', async () => {
    await hostConfig.patch({ network: { proxy: PROXY } }, { force: true });
    await hostConfig.patch({ network: { proxy: { port: 1 } }, force: true });
    await hostConfig.patch({ network: { proxy: { port: 2 }, force: '1' } });
    expect(host.calls.filter((call) => call.startsWith('lock'))).toEqual(Array(3).fill('lock by force'));
  });

  it('are given back when something fails', async () => {
    host.holders = [];
    host.bus = false;
    await expect(patch({ proxy: PROXY })).rejects.toThrow(HostUnitError);
    expect(host.calls).toEqual(['lock', 'unlock']);
  });
});

describe('units', () => {
  it('have older names', async () => {
    host.units.delete('balena-proxy-config.service');
    host.units.set('resin-proxy-config.service', []);
    host.units.set('resin-hostname.service', []);
    const { restarted } = await patch({ proxy: PROXY, hostname: 'renamed' });
    expect(restarted).toEqual(['resin-hostname.service', 'resin-proxy-config.service', 'redsocks.service']);
  });

  it('are left to a host that restarts them itself', async () => {
    host.units.set('balena-proxy-config.service', ['redsocks-conf.target']);
    host.units.set('redsocks.service', ['redsocks-conf.target', 'x.target']);
    host.units.set('balena-hostname.service', ['config-json.target']);
    expect(await patch({ proxy: PROXY, hostname: 'renamed' })).toEqual({
      changed: ['hostname', 'redsocks.conf'],
      restarted: [],
      leftToHost: ['balena-hostname.service', 'balena-proxy-config.service', 'redsocks.service'],
    });
  });

  it('of the name alone restart when the name changes, and need not exist', async () => {
    expect((await patch({ hostname: 'renamed' })).restarted).toEqual([]);
    host.units.set('balena-hostname.service', []);
    expect((await patch({ hostname: 'again' })).restarted).toEqual(['balena-hostname.service']);
  });

  it('that fail or lack leave the new content, and are tried again by the next patch', async () => {
    host.units.delete('balena-proxy-config.service');
    host.broken.add('redsocks.service');
    const failure = await patch({ proxy: { ...PROXY, password: SECRET } }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'HOST_UNIT_UNAVAILABLE',
      details: { units: ['balena-proxy-config.service', 'redsocks.service'] },
    });
    expect(formatError(failure)).toBe(
      'The configuration is stored, but not in effect: balena-proxy-config.service does not exist; ' +
        'redsocks.service could not be restarted (exit code 1). Repeat the request, or reboot the device',
    );
    expect(await proxyNow()).toEqual({ ...PROXY, password: SECRET });
    host.units.set('balena-proxy-config.service', []);
    host.broken.clear();
    expect((await patch({ proxy: PROXY })).restarted).toEqual(['balena-proxy-config.service', 'redsocks.service']);
    expect((await patch({ proxy: PROXY })).restarted).toEqual([]);
  });

  it('are named when the bus does not answer', async () => {
    host.bus = false;
    await expect(patch({ hostname: 'renamed' })).rejects.toThrow(
      'balena-hostname.service cannot be asked for (no bus)',
    );
    expect(host.config.hostname).toBe('renamed');
    await expect(patch({ proxy: PROXY })).rejects.toThrow(
      'balena-hostname.service, balena-proxy-config.service, redsocks.service cannot be asked for (no bus)',
    );
  });
});

describe('recover', () => {
  it('does nothing when nothing is left to do', async () => {
    await patch({ proxy: PROXY });
    host.calls.length = 0;
    expect(await hostConfig.recover()).toEqual({ changed: [], restarted: [], leftToHost: [] });
    expect(host.calls).toEqual([]);
  });

  it('restarts what an earlier run did not get to', async () => {
    host.bus = false;
    await expect(patch({ proxy: PROXY })).rejects.toThrow(HostUnitError);
    host.bus = true;
    const next = createHostConfig({ paths: host.paths, ...host.ports });
    expect((await next.recover()).restarted).toEqual(['balena-proxy-config.service', 'redsocks.service']);
    expect((await next.recover()).restarted).toEqual([]);
  });

  it('does not restart again what ended the run that restarted it', async () => {
    let pendingDuringRestart = true;
    host.ports.units.restart = async () => {
      pendingDuringRestart = existsSync(host.paths.pendingRestarts);
    };
    await patch({ proxy: PROXY });
    expect(pendingDuringRestart).toBe(false);
  });

  it('restarts when a lost file came back', async () => {
    await patch({ proxy: PROXY });
    writeFileSync(host.paths.redsocks, '');
    expect(await proxyNow()).toEqual(PROXY);
    host.calls.length = 0;
    expect((await hostConfig.recover()).restarted).toEqual(['balena-proxy-config.service', 'redsocks.service']);
  });
});

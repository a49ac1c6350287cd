import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { startDeviceHost, waitFor, type DeviceHost } from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const LOGIN = 'busctl call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager';
/** An address for documentation, which nothing but this test has. */
const TARGET = '192.0.2.10';

const commands = createCommandRunner(process.env);
const resources = new AsyncDisposableStack();
let host: DeviceHost;

beforeAll(async () => {
  host = resources.use(await startDeviceHost(inject('engineEndpoint'), { config: { hostname: 'first-name' } }));
});

afterAll(() => resources.disposeAsync());

describe('a device host', () => {
  it('runs what a supervisor talks to, and shows its files', async () => {
    expect(await host.unit('dbus.service')).toMatchObject({ activeState: 'active', subState: 'running' });
    expect(await host.unit('avahi-daemon.socket')).toMatchObject({ activeState: 'active' });
    expect(await host.exec('busctl call org.freedesktop.hostname1 / org.freedesktop.DBus.Peer Ping')).toBe('');
    expect(await readdir(join(host.rootMount, 'run/openvpn/vpn_status'))).toEqual(['active']);
    await host.exec('systemctl stop openvpn');
    await expect(readdir(join(host.rootMount, 'run/openvpn/vpn_status'))).rejects.toThrow('ENOENT');
    expect(await readFile(join(host.rootMount, 'etc/os-release'), 'utf8')).toContain('META_BALENA_VERSION');
  });

  it('takes its name from config.json', async () => {
    expect(await readFile(join(host.rootMount, 'etc/hostname'), 'utf8')).toBe('first-name\n');
    await writeFile(join(host.bootMount, 'config.json'), JSON.stringify({ hostname: 'second-name' }));
    await waitFor('the new name', () => host.exec('hostname'), { until: (name) => name === 'second-name\n' });
    const file = (): Promise<string> => readFile(join(host.rootMount, 'etc/hostname'), 'utf8');
    await waitFor('the file of the new name', file, { until: (name) => name === 'second-name\n' });
  });

  it('writes a journal that this side reads', async () => {
    await host.exec('logger said-on-the-host && journalctl --sync');
    expect(await commands.run('journalctl', ['-D', host.journalDirectory, '-o', 'cat'])).toContain('said-on-the-host');
  });

  it('tells what a command that fails printed', async () => {
    await expect(host.exec('echo on; echo off >&2; exit 3')).rejects.toMatchObject({
      code: 'DEVICE_HOST_COMMAND_FAILED',
      details: { exitCode: 3 },
      // Of the two streams, the engine may pass on either first.
      message: expect.stringMatching(/on\noff\n|off\non\n/),
    });
  });
});

describe('its way out', () => {
  it('goes through the proxy of the boot partition, but for exceptions, and directly without one', async () => {
    await commands.run('ip', ['address', 'add', `${TARGET}/32`, 'dev', 'lo']);
    const web = createServer((_, response) => response.end('reached'));
    const proxied: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      proxied.push(String(request.url));
      const [address = '', port] = String(request.url).split(':');
      const upstream = connect(Number(port), address, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      socket.pipe(upstream).pipe(socket);
    });
    const webPort = await listen(web);
    const url = `http://${TARGET}:${webPort}/`;
    const restart = 'systemctl restart balena-proxy-config redsocks';
    const systemProxy = join(host.bootMount, 'system-proxy');
    try {
      expect(await host.exec(`curl -s ${url}`)).toBe('reached');
      await mkdir(systemProxy);
      await writeFile(join(systemProxy, 'redsocks.conf'), redsocksConf(host.gateway, await listen(proxy)));
      await host.exec(restart);
      expect(await waitFor('the way through the proxy', () => host.exec(`curl -s ${url}`))).toBe('reached');
      expect(proxied).toEqual([`${TARGET}:${webPort}`]);

      await writeFile(join(systemProxy, 'no_proxy'), `${TARGET}/32\n`);
      await host.exec(restart);
      expect(await host.exec(`curl -s ${url}`)).toBe('reached');
      await writeFile(join(systemProxy, 'redsocks.conf'), '');
      await host.exec(restart);
      expect(await host.exec(`curl -s ${url}`)).toBe('reached');
      expect(proxied).toHaveLength(1);
      expect(await host.unit('redsocks.service')).toMatchObject({ activeState: 'inactive' });
    } finally {
      for (const server of [web, proxy]) server.closeAllConnections();
      await commands.run('ip', ['address', 'delete', `${TARGET}/32`, 'dev', 'lo']);
    }
  });
});

describe('its power', () => {
  it('goes down for a reboot, and boots with fresh memory and its old partitions', async () => {
    await host.exec('systemctl stop openvpn && touch /tmp/balena-supervisor/volatile /mnt/state/lasting /run/volatile');
    const [bootId, before] = [await bootIdOf(host), await host.unit('dbus.service')];
    await host.exec(`${LOGIN} Reboot b false`);
    expect(await host.shutdown()).toBe('reboot');
    expect(await host.isRunning()).toBe(false);
    await host.start();
    expect(await bootIdOf(host)).not.toBe(bootId);
    expect((await host.unit('dbus.service')).invocationId).not.toBe(before.invocationId);
    expect(await host.unit('openvpn.service')).toMatchObject({ activeState: 'active' });
    expect(await readdir('/tmp/balena-supervisor')).toEqual([]);
    expect(await readdir(host.stateMount)).toEqual(['lasting']);
    expect(await readdir(join(host.rootMount, 'run'))).not.toContain('volatile');
  });

  it('goes off when asked to', async () => {
    await host.exec(`${LOGIN} PowerOff b false`);
    expect(await host.shutdown()).toBe('power-off');
    await host.start();
  });

  it('can be cut off', async () => {
    await host.crash();
    expect(await host.isRunning()).toBe(false);
    await host.start();
    expect(await host.unit('dbus.service')).toMatchObject({ activeState: 'active' });
  });
});

it('can restart the units of the proxy by itself', async () => {
  await resources.disposeAsync();
  await using newer = await startDeviceHost(inject('engineEndpoint'), { restartsProxy: true });
  const before = await newer.unit('balena-proxy-config.service');
  await mkdir(join(newer.bootMount, 'system-proxy'));
  await writeFile(join(newer.bootMount, 'system-proxy/redsocks.conf'), redsocksConf(newer.gateway, 1080));
  await waitFor('the restart', () => newer.unit('balena-proxy-config.service'), {
    until: ({ invocationId, activeState }) => activeState === 'active' && invocationId !== before.invocationId,
  });
  const redsocks = await waitFor('redsocks', () => newer.unit('redsocks.service'), {
    until: ({ activeState }) => activeState === 'active',
  });
  expect(redsocks.subState).toBe('running');
});

async function bootIdOf({ rootMount }: DeviceHost): Promise<string> {
  return await readFile(join(rootMount, 'proc/sys/kernel/random/boot_id'), 'utf8');
}

/** @returns the port */
async function listen(server: Server): Promise<number> {
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function redsocksConf(ip: string, port: number): string {
  return [
    'base { log_debug = off; log_info = on; log = stderr; daemon = off; redirector = iptables; }',
    'redsocks {',
    `  type = http-connect; ip = ${ip}; port = ${port}; local_ip = 127.0.0.1; local_port = 12345;`,
    '}',
    'dnsu2t {',
    '  remote_ip = 8.8.8.8; remote_port = 53; local_ip = 127.0.0.1; local_port = 53;',
    '}',
    '',
  ].join('\n');
}

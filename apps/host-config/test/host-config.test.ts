import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleApp } from '@device-supervisor/bundle';
import {
  startDeviceHost,
  startHttpProxy,
  startMirror,
  startSocksProxy,
  waitFor,
  type DeviceHost,
  type RealProxy,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

/** An address for documentation, which nothing but this test has. */
const TARGET = '198.51.100.10';
const PROXY_UNITS = ['balena-proxy-config.service', 'redsocks.service'];
const SOCKS = { login: 'user name', password: '}p=w; #"1\\ // ü' };
const HTTP = { login: 'web', password: 'sesame-street' };

const resources = new AsyncDisposableStack();
let program: string;
let host: DeviceHost;
let url: string;
let socks: RealProxy;
let http: RealProxy;

beforeAll(async () => {
  program = (await bundleApp(resolve(import.meta.dirname, '..'))).file;
  const directory = await mkdtemp(join(tmpdir(), 'host-config-'));
  resources.defer(() => rm(directory, { recursive: true }));
  host = resources.use(await startDeviceHost(inject('engineEndpoint'), { config: { hostname: 'device' } }));
  ({ url } = resources.use(await startMirror(TARGET)));
  socks = resources.use(await startSocksProxy(SOCKS));
  http = resources.use(await startHttpProxy(directory, HTTP));
});
afterAll(() => resources.disposeAsync());

describe('on a fresh host', () => {
  it('shows its name, and no proxy', async () => {
    expect(await hostConfig('get')).toEqual({ exitCode: 0, stdout: 'hostname=device\n', stderr: '' });
    expect(await hostConfig('get', '--json')).toMatchObject({ stdout: '{"network":{"hostname":"device"}}\n' });
    expect(await sourceOf(host)).toBe(host.address);
  });

  it('explains itself', async () => {
    expect((await hostConfig('--help')).stdout).toContain('Usage: host-config get [--json]');
    expect(await hostConfig()).toMatchObject({
      exitCode: 2,
      stderr: 'host-config: no command is named. See host-config --help\n',
    });
  });

  it('refuses what is invalid', async () => {
    expect(await hostConfig('patch', 'proxy.type=socks6', 'proxy.port=none')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'host-config: network.proxy.type must be one of socks4, socks5, http-connect, http-relay; ' +
        'network.proxy.port must be a whole number from 1 to 65535\n',
    });
  });
});

describe('connections of the host', () => {
  it('go through a SOCKS5 proxy that asks for a password', async () => {
    const before = await invocations();
    const proxy = { type: 'socks5', ip: host.gateway, port: socks.port, ...SOCKS };
    expect(await hostConfig('patch', JSON.stringify({ network: { proxy } }))).toEqual({
      exitCode: 0,
      stdout: 'Changed: redsocks.conf\nRestarted: balena-proxy-config.service, redsocks.service\n',
      stderr: '',
    });
    const after = await invocations();
    expect(PROXY_UNITS.filter((_, index) => after[index] === before[index])).toEqual([]);
    await waitFor('the way through the proxy', () => sourceOf(host), { until: (source) => source === TARGET });
    expect(await socks.log()).toContain(`connected to ${TARGET}`);
    expect(JSON.parse((await hostConfig('get', '--json')).stdout)).toEqual({ network: { hostname: 'device', proxy } });
  });

  it('fail when the password is another one, so that it is the proxy that they go through', async () => {
    await hostConfig('patch', 'proxy.password=wrong');
    await waitFor('redsocks to listen', () => host.exec('ss --listening --tcp --numeric | grep 12345'));
    await expect(sourceOf(host)).rejects.toMatchObject({ code: 'DEVICE_HOST_COMMAND_FAILED' });
  });

  it('go through an HTTP proxy that asks for a password', async () => {
    const change = ['proxy.type=http-connect', `proxy.port=${http.port}`, 'proxy.login=web'];
    await hostConfig('patch', ...change, `proxy.password=${HTTP.password}`);
    await waitFor('the way through the proxy', () => sourceOf(host), { until: (source) => source === TARGET });
    expect(await http.log()).toContain(`CONNECT ${new URL(url).host} HTTP/1.0`);
  });

  it('go directly to exceptions', async () => {
    expect((await hostConfig('patch', 'proxy.noProxy=203.0.113.0/24,198.51.100.10')).stdout).toContain(
      'Changed: no_proxy',
    );
    expect(await sourceOf(host)).toBe(host.address);
    expect((await hostConfig('get')).stdout).toContain('proxy.noProxy=203.0.113.0/24,198.51.100.10\n');
    await hostConfig('patch', 'proxy.noProxy=');
    await waitFor('the way through the proxy', () => sourceOf(host), { until: (source) => source === TARGET });
  });

  it('are left alone when nothing changes', async () => {
    const before = await invocations();
    expect((await hostConfig('patch', `proxy.port=${http.port}`)).stdout).toBe('Nothing to change\n');
    expect(await invocations()).toEqual(before);
  });

  it('stay as they are while a service holds a lock, unless by force', async () => {
    const service = join(host.rootMount, 'tmp/balena-supervisor/services/1/web');
    await mkdir(service, { recursive: true });
    await writeFile(join(service, 'updates.lock'), '');
    const before = await invocations();
    expect(await hostConfig('patch', 'proxy=')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'host-config: Updates are locked by web of app 1. Release the locks, or set force to override them\n',
    });
    expect(await invocations()).toEqual(before);
    expect(await sourceOf(host)).toBe(TARGET);
    expect((await hostConfig('patch', '--force', 'proxy.noProxy=203.0.113.1')).exitCode).toBe(0);
    expect(await readdir(service)).toEqual([]);
  });

  it('go directly once the proxy is gone', async () => {
    expect((await hostConfig('patch', 'proxy=')).stdout).toContain('Changed: redsocks.conf, no_proxy');
    expect(await sourceOf(host)).toBe(host.address);
    expect(await readdir(join(host.bootMount, 'system-proxy'))).toEqual([]);
    expect(await host.unit('redsocks.service')).toMatchObject({ activeState: 'inactive' });
  });
});

describe('the name of the host', () => {
  it('is what was asked for, then the default', async () => {
    expect((await hostConfig('patch', 'hostname=renamed')).stdout).toContain('Changed: hostname');
    expect(await host.exec('hostname')).toBe('renamed\n');
    expect((await hostConfig('get')).stdout).toBe('hostname=renamed\n');
    await hostConfig('patch', 'hostname=');
    const { uuid } = JSON.parse(await readFile(join(host.bootMount, 'config.json'), 'utf8'));
    expect(await host.exec('hostname')).toBe(`${String(uuid).slice(0, 7)}\n`);
  });
});

describe('what is stored and not in effect', () => {
  const patch = ['patch', 'proxy.type=socks5', 'proxy.ip=203.0.113.7', 'proxy.port=1080'];

  it('is said so when a unit is missing, and brought into effect by the same request later', async () => {
    await host.exec('mv /etc/systemd/system/balena-proxy-config.service /root/ && systemctl daemon-reload');
    const { exitCode, stderr } = await hostConfig(...patch);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr:
        'host-config: The configuration is stored, but not in effect: balena-proxy-config.service does not exist. ' +
        'Repeat the request, or reboot the device\n',
    });
    expect((await hostConfig('get')).stdout).toContain('proxy.ip=203.0.113.7');
    await host.exec('mv /root/balena-proxy-config.service /etc/systemd/system/ && systemctl daemon-reload');
    expect((await hostConfig(...patch)).stdout).toBe(
      'Nothing to change\nRestarted: balena-proxy-config.service, redsocks.service\n',
    );
  });

  it('is reported when the bus does not answer', async () => {
    const elsewhere = { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere' };
    const { exitCode, stderr } = await runHostConfig(['patch', 'proxy='], elsewhere);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('balena-proxy-config.service, redsocks.service cannot be asked for');
    expect((await hostConfig('get')).stdout).not.toContain('proxy');
    await hostConfig('patch', 'proxy=');
  });
});

it('leaves the restart to a host that does so itself', async () => {
  await host[Symbol.asyncDispose]();
  await using newer = await startDeviceHost(inject('engineEndpoint'), { restartsProxy: true });
  const proxy = { type: 'socks5', ip: newer.gateway, port: socks.port, ...SOCKS };
  const { stdout } = await runHostConfig(['patch', JSON.stringify({ network: { proxy } })], newer.environment);
  expect(stdout).toBe('Changed: redsocks.conf\nThe host restarts: balena-proxy-config.service, redsocks.service\n');
  await waitFor('the way through the proxy', () => sourceOf(newer), { until: (source) => source === TARGET });
  await runHostConfig(['patch', 'proxy='], newer.environment);
  await waitFor('the direct way', () => sourceOf(newer), { until: (source) => source === newer.address });
});

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as people run it. */
function hostConfig(...args: readonly string[]): Promise<Ended> {
  return runHostConfig(args, {});
}

function runHostConfig(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ended> {
  return run(process.execPath, [program, ...args], { ...host.environment, ...environment });
}

function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(command, [...args], { env: { ...process.env, ...environment } }, (_, stdout, stderr) =>
      done({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Address from which the web server sees the host's requests. */
async function sourceOf(machine: DeviceHost): Promise<string> {
  return machine.exec(`curl --silent --show-error --max-time 5 ${url}`);
}

async function invocations(): Promise<readonly string[]> {
  const units = await Promise.all(PROXY_UNITS.map((unit) => host.unit(unit)));
  return units.map(({ invocationId }) => invocationId);
}

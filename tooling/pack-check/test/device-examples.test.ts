import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  bundleSupervisor,
  busyboxImage,
  connectEngine,
  pushImage,
  startDeviceHost,
  startJournal,
  startSupervisor,
  waitFor,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DEVICE_EXAMPLES } from '../src/consumer/device-examples.ts';

/** As the examples have it. */
const APP = 1;
const EXAMPLES = resolve(import.meta.dirname, '../../../examples/libraries');
const endpoint = inject('engineEndpoint');
const engine = connectEngine(endpoint);
const resources = new AsyncDisposableStack();
const execute = promisify(execFile);
let directory: string;
let image: string;

beforeAll(async () => {
  await bundleSupervisor();
  directory = await mkdtemp(join(tmpdir(), 'examples-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  await busyboxImage(endpoint, { tag: 'examples:1', cmd: ['sleep', '1000'] });
  image = (await pushImage(endpoint, inject('registry'), 'examples:1')).reference;
});
afterAll(() => resources.disposeAsync());

/** Each example with the part that it needs, and what shows there that it did its work. */
const RUNS: Readonly<Record<string, () => Promise<void>>> = {
  async 'compose-with-engine'() {
    expect(await run('compose-with-engine', [endpoint, image])).toMatch(
      /create-container web_1_0_c1[^]*start-container[^]*settled\n$/,
    );
    const [container] = await engine.listContainers({ filters: { label: ['io.balena.app-id=1'] } });
    expect(container).toMatchObject({ Image: image, State: 'running', Command: 'sleep 1000' });
    await engine.getContainer(container?.Id ?? '').remove({ force: true });
  },
  async engine() {
    expect(await run('engine', [endpoint, image])).toMatch(/100 %\nconnected \[/);
  },
  async firewall() {
    // In a network of its own: rules would stay for the tests after this one.
    const command = `"$0" "$@" && iptables -S INPUT && iptables -S BALENA-FIREWALL`;
    const node = [process.execPath, ...argumentsOf('firewall', [])];
    const { stdout, stderr } = await execute('unshare', ['--net', 'sh', '-c', command, ...node]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/-A INPUT -j BALENA-FIREWALL/);
    expect(stdout).toMatch(/--dport 48484 .*-j ACCEPT/);
  },
  async journal() {
    await using journal = await startJournal();
    const follower = spawn(process.execPath, argumentsOf('journal', []), { stdio: ['ignore', 'pipe', 'inherit'] });
    const output: string[] = [];
    follower.stdout.on('data', (chunk) => output.push(String(chunk)));
    const entry = (MESSAGE: string) => journal.write({ MESSAGE, OBJECT_SYSTEMD_UNIT: 'docker.service', PRIORITY: '6' });
    await entry('begins');
    await waitFor('the first line', async () => output.join(''), { until: (text) => text.includes('begins') });
    await entry('is done');
    const [code] = await once(follower, 'close');
    expect([code, output.join('').replaceAll(/^\S+Z /gm, '')]).toEqual([0, 'begins\nis done\n']);
  },
  async 'local-engine'() {
    expect(await run('local-engine', [], { environment: { DOCKER_HOST: endpoint } })).toBe(
      `the engine at ${endpoint} (DOCKER_HOST): ${endpoint}\n`,
    );
  },
  async registry() {
    expect(await run('registry', [image])).toMatch(/^\d{5,} bytes to download\n$/);
  },
  async systemd() {
    await using host = await startDeviceHost(endpoint, { config: { hostname: 'device' } });
    await host.exec('systemctl start openvpn.service');
    const before = await host.unit('openvpn.service');
    expect(await run('systemd', [host.busAddress, 'openvpn.service'])).toBe('active\n');
    const after = await host.unit('openvpn.service');
    expect([after.activeState, after.invocationId !== before.invocationId]).toEqual(['active', true]);
  },
};

describe('an example with the part of a device that it needs', () => {
  it.each(Object.entries(RUNS))('%s', async (_, runExample) => {
    await expect(runExample()).resolves.toBeUndefined();
  });

  it('is each of those that pack-check does not run', () => {
    expect(new Set(Object.keys(RUNS))).toEqual(DEVICE_EXAMPLES);
  });
});

describe('examples with update locks, beside a supervisor that runs', () => {
  it('leave the supervisor, its containers and the locks of services alone', async () => {
    await using supervisor = await startSupervisor({ engineEndpoint: endpoint });
    await supervisor.apply(app('1'));
    const before = await supervisor.containers();
    const locks = join('/tmp/balena-supervisor/services');
    const service = join(locks, String(APP), 'web');
    const output = supervisor.output();

    expect(await run('lockfile', [locks])).toContain('Neither the service nor the supervisor');
    expect(await run('lockfile-in-service', [], { cwd: service })).toContain('The supervisor neither stops');
    await writeFile(join(service, 'updates.lock'), 'of the service');
    expect(await run('update-locks', [locks])).toContain("status: 'held'");
    expect(await run('lockfile', [locks])).toContain("locked by [ { appId: 1, service: 'web' } ]");
    expect(await readFile(join(service, 'updates.lock'), 'utf8')).toBe('of the service');
    expect([await supervisor.containers(), supervisor.output()]).toEqual([before, output]);

    await rm(join(service, 'updates.lock'));
    await supervisor.apply(app('2'));
    expect(existsSync(join(service, 'updates.lock'))).toBe(false);
    expect(await supervisor.containers()).not.toEqual(before);
    await supervisor.apply({});
  });
});

function app(release: string): object {
  // Its program, the first process of the container, ignores SIGTERM.
  const web = { serviceName: 'web', imageId: 1, image, stop_signal: 'SIGKILL' };
  const services = { 1: { ...web, environment: { RELEASE: release }, labels: {} } };
  return { [APP]: { name: 'app', commit: release, releaseId: release, services, volumes: {}, networks: {} } };
}

function argumentsOf(example: string, args: readonly string[]): string[] {
  return ['--conditions=@device-supervisor/source', join(EXAMPLES, `${example}.ts`), ...args];
}

interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** @returns what it printed */
async function run(
  example: string,
  args: readonly string[],
  { environment = {}, cwd = directory }: RunOptions = {},
): Promise<string> {
  const env = { PATH: process.env['PATH'], ...environment };
  const { stdout } = await execute(process.execPath, argumentsOf(example, args), { cwd, env });
  return stdout;
}

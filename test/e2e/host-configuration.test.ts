import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  bundleSupervisor,
  busyboxImage,
  connectEngine,
  startDeviceHost,
  startSupervisor,
  waitFor,
  type DeviceHost,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

const APP = 90_091;
const CONFIG_TXT = '# kept by the user\ngpu_mem=16\n';
const BOOT_CONFIG = { HOST_CONFIG_gpu_mem: '64', HOST_CONFIG_dtoverlay: '"vc4-kms-v3d"' };
const resources = new AsyncDisposableStack();
const engine = connectEngine(inject('engineEndpoint'));
const run = promisify(execFile);
let host: DeviceHost;
let supervisor: SupervisorProcess;

beforeAll(async () => {
  await bundleSupervisor();
  await busyboxImage(inject('engineEndpoint'), { tag: 'configured:1', cmd: ['sleep', '1000'], stopSignal: 'SIGKILL' });
  host = resources.use(await startDeviceHost(inject('engineEndpoint')));
  resources.defer(removeContainers);
  await writeFile(join(host.bootMount, 'device-type.json'), '{"slug":"raspberrypi4-64","arch":"aarch64"}');
  await writeFile(join(host.bootMount, 'config.txt'), CONFIG_TXT);
  supervisor = resources.use(
    await startSupervisor({
      engineEndpoint: inject('engineEndpoint'),
      // The firewall protects a port that is known.
      port: 48_484,
      environment: {
        ...host.environment,
        BOOT_ID_PATH: join(host.rootMount, 'proc/sys/kernel/random/boot_id'),
      },
    }),
  );
});

afterAll(async () => {
  await resources.disposeAsync();
  await rm(`/tmp/balena-supervisor/services/${APP}`, { recursive: true, force: true });
});

it('the firewall protects the API before there is a target', async () => {
  const rules = await waitFor('the chain', firewall, { until: (text) => text.includes('-j RETURN') });
  expect(rules).toContain('--dport 48484');
});

it('what a target configures is switched on the host without a reboot, but for the VPN of a device without a cloud', async () => {
  expect((await host.unit('openvpn.service')).activeState).toBe('active');
  await apply({ SUPERVISOR_VPN_CONTROL: 'false', HOST_DISCOVERABILITY: 'false', HOST_FIREWALL_MODE: 'on' });
  await unit('avahi-daemon.socket', 'inactive');
  await waitFor('the firewall', firewall, {
    until: (rules) => rules.includes('-j REJECT'),
  });
  expect((await host.unit('openvpn.service')).activeState).toBe('active');
  await apply({ HOST_DISCOVERABILITY: 'true', HOST_FIREWALL_MODE: 'off' });
  await unit('avahi-daemon.service', 'active');
  await waitFor('the firewall', firewall, {
    until: (rules) => rules.includes('-j RETURN'),
  });
});

it('a boot configuration is written, the host reboots once, and the service of the target runs before and after', async () => {
  await post(BOOT_CONFIG);
  expect(await host.shutdown()).toBe('reboot');
  expect(await readFile(join(host.bootMount, 'config.txt'), 'utf8')).toBe(
    '# kept by the user\ngpu_mem=64\ndtoverlay=vc4-kms-v3d\n',
  );
  await supervisor.kill();
  await host.start();
  await supervisor.start();
  await supervisor.applied();
  expect(supervisor.output().match(/Applied the boot configuration/g)).toHaveLength(1);
  expect(await host.isRunning()).toBe(true);
  expect(await readFile(join(host.bootMount, 'config.txt'), 'utf8')).toContain('gpu_mem=64');
});

it('an invalid value is reported by name, and the default applies', async () => {
  // Without the boot configuration of the target before, the host would reboot.
  await apply({ ...BOOT_CONFIG, HOST_FIREWALL_MODE: 'sometimes', SUPERVISOR_POLL_INTERVAL: 'often' });
  expect(supervisor.output()).toContain('Configuration variable HOST_FIREWALL_MODE is ignored');
  expect(supervisor.output()).toContain('Configuration variable SUPERVISOR_POLL_INTERVAL is ignored');
});

it('the volume of extra firmware is written to config.json for the host, and nothing else of it changes', async () => {
  const configJson = join(host.bootMount, 'config.json');
  const before: object = JSON.parse(await readFile(configJson, 'utf8'));
  expect(before).not.toHaveProperty('os.kernel.extraFirmwareVol');
  await apply(BOOT_CONFIG, { 'io.balena.features.extra-firmware': '1' });
  expect(JSON.parse(await readFile(configJson, 'utf8'))).toEqual({
    ...before,
    os: { kernel: { extraFirmwareVol: 'extra-firmware' } },
  });
  const { web = '' } = await supervisor.containers();
  const { Mounts } = await engine.getContainer(web).inspect();
  expect(Mounts).toContainEqual(expect.objectContaining({ Type: 'volume', Name: 'extra-firmware' }));
});

function target(config: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): object {
  const service = { serviceName: 'web', imageId: 1, image: 'configured:1', environment: {}, labels };
  const apps = { [APP]: { name: 'configured', commit: 'c1', releaseId: '1', services: { 1: service } } };
  return { local: { config, apps } };
}

async function post(
  config: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  expect(await supervisor.post('/v2/local/target-state', target(config, labels))).toMatchObject({ status: 200 });
}

async function apply(
  config: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await post(config, labels);
  await supervisor.applied();
}

async function unit(name: string, state: string): Promise<void> {
  await waitFor(`${name} to be ${state}`, () => host.unit(name), { until: ({ activeState }) => activeState === state });
}

/** Our rules, in whichever of the kernel's packet filters the engine's are. */
async function firewall(): Promise<string> {
  const chain = ['-S', 'BALENA-FIREWALL'];
  const printed = await Promise.allSettled([run('iptables-legacy', chain), run('iptables-nft', chain)]);
  return printed.map((one) => (one.status === 'fulfilled' ? one.value.stdout : String(one.reason))).join('\n');
}

async function removeContainers(): Promise<void> {
  const containers = await engine.listContainers({ all: true, filters: { label: [`io.balena.app-id=${APP}`] } });
  await Promise.all(containers.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })));
}

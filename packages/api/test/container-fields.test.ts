import { busyboxImage, connectEngine, startTestEngine, waitFor, type TestEngine } from '@device-supervisor/testbed';
import { decodeTargetStateV2, type TargetState } from '@device-supervisor/state';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRealWorld, type RealWorld } from './conformance/real-world.ts';

const APP = 90_131;
const IMAGE = 'container-fields:1';
const CMD = ['sleep', '100000'];
const PORT = 18_081;
const MAC = '02:42:ac:11:00:77';

/** Services that use what deployed apps rely on, and what the cloud's builder names the contract `compose >=2` for. */
const SERVICES: Readonly<Record<string, object>> = {
  port: { ports: [String(PORT)] },
  wrapper: { entrypoint: ['sh', '-c', 'exec "$@"', 'wrapper'] },
  bare: { entrypoint: ['sleep'], command: ['99999'] },
  db: { volumes: ['data:/data', '/cache'] },
  side: {
    pid: 'service:db',
    ipc: 'service:db',
    volumes_from: ['db:ro'],
    contract: { type: 'sw.container', requires: [{ type: 'sw.spec', slug: 'compose', version: '>=2' }] },
  },
  hooks: {
    post_start: [{ command: 'touch /tmp/started', user: 'nobody' }],
    pre_stop: [{ command: ['touch', '/data/stopped'], user: 'root' }],
    volumes: ['data:/data'],
  },
  endpoint: { attach: false, networks: { default: { mac_address: MAC, driver_opts: { 'com.example.option': '1' } } } },
};

let engine: TestEngine;
let world: RealWorld;

beforeAll(async () => {
  engine = await startTestEngine();
  await busyboxImage(engine.endpoint, { tag: IMAGE, cmd: CMD, stopSignal: 'SIGKILL' });
  world = await startRealWorld({ engineEndpoint: engine.endpoint, target: documentOf(SERVICES) });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

it('publishes a short port on the same port of the host', async () => {
  const { HostConfig, NetworkSettings } = await inspect('port');
  expect(HostConfig.PortBindings).toEqual({ [`${PORT}/tcp`]: [{ HostIp: '', HostPort: String(PORT) }] });
  expect(NetworkSettings.Ports[`${PORT}/tcp`]).toContainEqual({ HostIp: '0.0.0.0', HostPort: String(PORT) });
});

it("keeps the image's command beside an entrypoint, unless the service has its own", async () => {
  expect((await inspect('wrapper')).Config).toMatchObject({
    Entrypoint: ['sh', '-c', 'exec "$@"', 'wrapper'],
    Cmd: CMD,
  });
  expect((await inspect('wrapper')).State.Running).toBe(true);
  expect((await inspect('bare')).Config).toMatchObject({ Entrypoint: ['sleep'], Cmd: ['99999'] });
});

it('shares its IPC namespace unless a service says otherwise', async () => {
  expect((await inspect('db')).HostConfig.IpcMode).toBe('shareable');
});

it('shares processes, memory and mounts with another service', async () => {
  const { Id } = await inspect('db');
  expect((await inspect('side')).HostConfig).toMatchObject({
    PidMode: `container:${Id}`,
    IpcMode: `container:${Id}`,
    VolumesFrom: [`${Id}:ro`],
  });
});

it('runs hooks in the container', async () => {
  expect(await execute('hooks', 'stat -c %U /tmp/started')).toContain('nobody');
  await world.device.restartService(APP, 'hooks');
  await settled();
  expect(await execute('hooks', 'stat -c %U /data/stopped')).toContain('root');
});

it('gives an endpoint its address and its options', async () => {
  const { Config, NetworkSettings } = await inspect('endpoint');
  const [network] = Object.values(NetworkSettings.Networks);
  expect({ ...Config, ...network }).toMatchObject({
    MacAddress: MAC,
    DriverOpts: { 'com.example.option': '1' },
  });
});

it('finds no difference in what it has created', async () => {
  expect((await world.device.plan()).operations).toEqual([]);
});

it('replaces what shares with a service together with it', async () => {
  const before = await inspect('side');
  await apply(target({ ...SERVICES, db: { ...SERVICES['db'], hostname: 'changed' } }));
  const { Id } = await inspect('db');
  const after = await inspect('side');
  expect(after.Id).not.toBe(before.Id);
  expect(after.HostConfig.PidMode).toBe(`container:${Id}`);
  expect(after.State.Running).toBe(true);
});

it('gives a key to a service whose compose file alone has the feature label', async () => {
  const composed = target({ port: {} });
  for (const { release } of Object.values(composed.apps)) {
    const service = release?.services['port'];
    if (service !== undefined) service.composition.labels = ['io.balena.features.supervisor-api=1'];
  }
  await apply(composed);
  expect((await inspect('port')).Config.Env).toContainEqual(expect.stringMatching(/^BALENA_SUPERVISOR_API_KEY=\w+$/));
});

function target(services: Readonly<Record<string, object>>): TargetState {
  return decodeTargetStateV2(documentOf(services));
}

function documentOf(services: Readonly<Record<string, object>>): object {
  const entries = Object.entries(services).map(([serviceName, fields], index) => [
    index + 1,
    { serviceName, imageId: index + 1, image: IMAGE, environment: {}, labels: {}, running: true, ...fields },
  ]);
  const release = { commit: 'c1', releaseId: 1, services: Object.fromEntries(entries), volumes: { data: {} } };
  return { local: { apps: { [APP]: { name: 'fields', ...release } } } };
}

async function apply(next: TargetState): Promise<void> {
  await world.device.setLocalTarget(next);
  await settled();
}

async function settled(): Promise<void> {
  await waitFor('the device to be at its target', () => !world.device.state().applying, { until: Boolean });
}

function containerOf(service: string) {
  const services = world.device.state().apps.flatMap((app) => app.services);
  const { containerId = null } = services.find(({ name }) => name === service) ?? {};
  return connectEngine(engine.endpoint).getContainer(containerId ?? service);
}

function inspect(service: string) {
  return containerOf(service).inspect();
}

/** @returns what it printed */
async function execute(service: string, command: string): Promise<string> {
  const exec = await containerOf(service).exec({ Cmd: ['sh', '-c', command], AttachStdout: true });
  const output = await exec.start({});
  return Buffer.concat(await Array.fromAsync(output, (chunk) => Buffer.from(chunk))).toString();
}

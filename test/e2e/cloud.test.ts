import { bundleApp } from '@device-supervisor/bundle';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  busyboxImage,
  connectEngine,
  pushImage,
  startCloudStub,
  startRegistry,
  startSupervisor,
  startTestEngine,
  waitFor,
  type CloudFault,
  type CloudStub,
  type Fleet,
  type Release,
  type StubDevice,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A real engine, and a registry that asks the cloud's tokens of everybody. */
const stack = new AsyncDisposableStack();
let engineEndpoint: string;
let cloud: CloudStub;
let registry: string;
/** By `name:version`; they are in the registry, and not in the engine. */
const images: Record<string, string> = {};

beforeAll(async () => {
  await bundleApp(resolve(import.meta.dirname, '../../apps/supervisor'));
  const engine = stack.use(await startTestEngine());
  engineEndpoint = engine.endpoint;
  cloud = stack.use(await startCloudStub());
  const host = stack.use(await startRegistry({ access: await cloud.registryAccess() })).host;
  registry = host;
  const docker = connectEngine(engineEndpoint);
  for (const name of ['web:1', 'web:2', 'db:1']) {
    // Ends at once when it is asked to, so that no test waits for an engine's patience.
    const program = { cmd: ['sh', '-c', `echo ${name} is up; sleep 100000`], stopSignal: 'SIGKILL' };
    await busyboxImage(engineEndpoint, { tag: `v2/${name}`, labels: { image: name }, ...program });
    const pushed = await pushImage(engineEndpoint, { host, ...cloud.builder }, `v2/${name}`);
    images[name] = pushed.digestReference;
    for (const each of [pushed.reference, `v2/${name}`]) await docker.getImage(each).remove();
  }
});

afterAll(async () => {
  await stack.disposeAsync();
  await rm('/tmp/balena-supervisor/services', { recursive: true, force: true });
});

/** A supervisor whose config.json is that of a new device of the fleet. */
async function newDevice(fleet: Fleet): Promise<SupervisorProcess & { readonly configJson: string }> {
  const boot = stack.adopt(await mkdtemp(join(tmpdir(), 'boot-')), (path) => rm(path, { recursive: true }));
  await mkdir(boot, { recursive: true });
  const configJson = join(boot, 'config.json');
  await writeFile(
    configJson,
    JSON.stringify({
      apiEndpoint: cloud.endpoint,
      apiKey: fleet.provisioningKey,
      applicationId: fleet.id,
      deviceType: 'generic-amd64',
      registryEndpoint: registry,
      bootstrapRetryDelay: 500,
    }),
  );
  const supervisor = await startSupervisor({ engineEndpoint, environment: { BOOT_MOUNTPOINT: boot } });
  return Object.assign(supervisor, { configJson });
}

/** The device that the cloud has of it, once it has one. */
async function registered(configJson: string): Promise<StubDevice> {
  await waitFor('the device to be registered', () => readFile(configJson, 'utf8'), {
    until: (text) => text.includes('"registered_at"'),
  });
  const uuid = /"uuid":\s*"(\w+)"/.exec(await readFile(configJson, 'utf8'))?.[1] ?? '';
  const device = cloud.device(uuid);
  if (device === null) throw new Error(`the cloud has no device ${uuid}`);
  return device;
}

/** Ids of the engine's running containers, by service. */
async function containers(): Promise<Record<string, string>> {
  const list = await connectEngine(engineEndpoint).listContainers();
  return Object.fromEntries(list.map(({ Id, Names: [name = ''] }) => [name.slice(1).split('_')[0] ?? '', Id]));
}

/** The same, once they are those of the release and there are no others. */
async function running({ commit, services }: Release): Promise<Record<string, string>> {
  await waitFor(`${commit} to run`, async () => await connectEngine(engineEndpoint).listContainers({ all: true }), {
    until: (list) =>
      list.length === Object.keys(services).length &&
      list.every(({ State, Names: [name = ''] }) => State === 'running' && name.endsWith(`_${commit}`)),
    timeout: 60_000,
  });
  return await containers();
}

/** Waits until the device has said that it runs the release. */
async function reported(device: StubDevice, commit: string): Promise<void> {
  await waitFor(`${commit} to be reported`, () => device.running, { until: (said) => said === commit });
}

function fleetWith(name: string): Fleet {
  // The shortest poll interval there is, so that a device learns soon of what it is to be.
  return cloud.createFleet({ name, config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });
}

function release(fleet: Fleet, commit: string, services: Readonly<Record<string, string>>): Release {
  return cloud.createRelease(fleet, {
    commit,
    services: Object.fromEntries(Object.entries(services).map(([name, image]) => [name, { image }])),
  });
}

describe('a device of a cloud', () => {
  it('registers, runs what it is told to, and keeps what runs when a release is broken', async () => {
    // Nobody polls soon: the cloud tells the device of what is new.
    const fleet = cloud.createFleet({ name: 'first' });
    const { 'web:1': web1 = '', 'web:2': web2 = '', 'db:1': db1 = '' } = images;
    const first = release(fleet, 'c1', { web: web1, db: db1 });
    await using supervisor = await newDevice(fleet);
    const device = await registered(supervisor.configJson);
    expect(await readFile(supervisor.configJson, 'utf8')).not.toContain(fleet.provisioningKey);
    device.origin = supervisor.url('');
    const before = await running(first);
    await reported(device, 'c1');

    const second = release(fleet, 'c2', { web: web2, db: db1 });
    const after = await running(second);
    // A report waits for up to ten seconds after the one before.
    await waitFor('the release to be reported', () => device.running === 'c2', { timeout: 30_000 });
    expect(device.reported.get('api_secret')).toMatch(/^[0-9a-f]{64}$/);
    expect(after['web']).not.toBe(before['web']);
    expect(after['db']).toBe(before['db']);
    await reported(device, 'c2');

    release(fleet, 'c3', { web: `${registry}/v2/gone:1`, db: db1 });
    const failure = `Failed to download image '${registry}/v2/gone:1'`;
    await waitFor('the failure to be told', () => supervisor.output().includes(failure));
    await waitFor('the broken release to be reported', () => device.updateStatuses.has('c3'));
    expect(device.running).toBe('c2');
    expect(await containers()).toEqual(after);

    const other = cloud.createFleet({ name: 'second' });
    const moved = release(other, 'd1', { web: web1 });
    cloud.change(device, () => (device.fleet = other));
    expect(await running(moved)).toEqual({ web: expect.any(String) });
    await reported(device, 'd1');
    expect(Object.fromEntries(device.updateStatuses)).toMatchObject({ c1: 'done', c2: 'done', d1: 'done' });
    expect(supervisor.output()).not.toContain('Fault');
    expect(supervisor.output()).not.toContain(device.key);
  });

  it('that the cloud cannot be reached from starts its apps, and goes on when it is back', async () => {
    const fleet = fleetWith('offline');
    const { 'web:1': web1 = '', 'web:2': web2 = '' } = images;
    const first = release(fleet, 'o1', { web: web1 });
    await using supervisor = await newDevice(fleet);
    await registered(supervisor.configJson);
    await running(first);
    await supervisor.kill();
    await cloud.goAway();
    const docker = connectEngine(engineEndpoint);
    for (const { Id } of await docker.listContainers({ all: true }))
      await docker.getContainer(Id).remove({ force: true });

    await supervisor.start();
    await running(first);
    await waitFor('the outage to be told', () =>
      supervisor.output().includes('Failed asking the cloud for the target'),
    );
    const second = release(fleet, 'o2', { web: web2 });
    await cloud.comeBack();
    // Whoever cannot wait for the next attempt starts the supervisor anew.
    await supervisor.kill();
    await supervisor.start();
    await running(second);
    expect(supervisor.output()).not.toContain('Fault');
  });

  it.each<[string, CloudFault]>([
    ['answers with 503', { kind: 'status', status: 503 }],
    ['answers with garbage', { kind: 'garbage' }],
    ['resets connections', { kind: 'reset' }],
  ])('whose cloud %s registers when that is over', async (_, fault) => {
    const fleet = fleetWith('late');
    const only = release(fleet, 'l1', { web: images['web:1'] ?? '' });
    cloud.breakWith('register', fault);
    await using supervisor = await newDevice(fleet);
    const before = cloud.count('register');
    await waitFor('another attempt', () => cloud.count('register') > before + 1);
    cloud.heal();
    await registered(supervisor.configJson);
    expect(await running(only)).toEqual({ web: expect.any(String) });
  });
});

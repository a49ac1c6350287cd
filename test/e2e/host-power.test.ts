import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

const APP = 90_081;
const resources = new AsyncDisposableStack();
const engine = connectEngine(inject('engineEndpoint'));
let host: DeviceHost;
let supervisor: SupervisorProcess;

beforeAll(async () => {
  await bundleSupervisor();
  await busyboxImage(inject('engineEndpoint'), { tag: 'powered:1', cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  host = resources.use(await startDeviceHost(inject('engineEndpoint')));
  resources.defer(removeContainers);
  supervisor = resources.use(
    await startSupervisor({
      engineEndpoint: inject('engineEndpoint'),
      environment: {
        ...host.environment,
        BOOT_ID_PATH: join(host.rootMount, 'proc/sys/kernel/random/boot_id'),
      },
    }),
  );
});

afterAll(() => resources.disposeAsync());

beforeEach(async () => {
  await supervisor.apply(app('c1'));
});

describe('a reboot over the API', () => {
  it('is refused while a service holds its lock, and by force takes the host down after the answer', async () => {
    const { web = '' } = await supervisor.containers();
    await exec(web, ['touch', '/tmp/balena/updates.lock']);
    expect(await supervisor.post('/v1/reboot', {})).toMatchObject({ status: 423 });
    expect(await host.isRunning()).toBe(true);

    expect(await supervisor.post('/v1/reboot', { force: true })).toEqual({
      status: 202,
      body: { Data: 'OK', Error: '' },
    });
    await reboot('reboot');
  });

  it('is refused while the host verifies an update of its own', async () => {
    const breadcrumb = join(host.stateMount, 'rollback-health-breadcrumb');
    await writeFile(breadcrumb, '');
    for (const path of ['/v1/reboot', '/v1/shutdown']) {
      expect(await supervisor.post(path, {})).toMatchObject({ status: 423 });
    }
    await rm(breadcrumb);
    expect(await supervisor.post('/v1/shutdown', {})).toMatchObject({ status: 202 });
    await reboot('power-off');
  });
});

it('after an accepted shutdown a new target creates nothing, and an action is refused', async () => {
  expect(await supervisor.post('/v1/shutdown', {})).toMatchObject({ status: 202 });
  const before = await present();
  const apps = { [APP]: { ...Object.values(app('c2'))[0], networks: { late: {} }, volumes: { late: {} } } };
  expect(await supervisor.post('/v2/local/target-state', { local: { apps } })).toMatchObject({ status: 200 });
  // Its answer comes long after the device has seen the target.
  const restart = await supervisor.post(`/v2/applications/${APP}/restart-service`, { serviceName: 'web' });
  expect(restart).toMatchObject({ status: 503 });
  expect(await present()).toEqual(before);
  await reboot('power-off');
  await supervisor.applied();
  expect((await containers()).map(({ Names }) => Names)).toEqual([['/web_1_1_c2']]);
});

it('a service that requires a reboot is created, the host reboots, and it starts', async () => {
  const next = app('c2', { 'io.balena.update.requires-reboot': '1' });
  expect(await supervisor.post('/v2/local/target-state', { local: { apps: next } })).toMatchObject({ status: 200 });
  expect(await host.shutdown()).toBe('reboot');
  const created = await containers();
  expect(created.map(({ State }) => State)).toEqual(['created']);
  await reboot('reboot');
  await supervisor.applied();
  expect(await containers()).toMatchObject([{ Id: created[0]?.Id, State: 'running' }]);
  expect(await host.isRunning()).toBe(true);
});

/** The supervisor goes down with the host, and comes back with it. */
async function reboot(how: 'reboot' | 'power-off'): Promise<void> {
  expect(await host.shutdown()).toBe(how);
  await supervisor.kill();
  await host.start();
  await supervisor.start();
}

function app(commit: string, labels: Record<string, string> = {}): Record<string, object> {
  const service = { serviceName: 'web', imageId: 1, image: 'powered:1', environment: {}, labels };
  return { [APP]: { name: 'powered', commit, releaseId: '1', services: { 1: service } } };
}

async function containers(): ReturnType<typeof engine.listContainers> {
  return await engine.listContainers({ all: true, filters: { label: [`io.balena.app-id=${APP}`] } });
}

/** Everything of the app on the engine. */
async function present(): Promise<readonly string[]> {
  const filters = { label: [`io.balena.app-id=${APP}`] };
  const networks = await engine.listNetworks({ filters });
  const { Volumes } = await engine.listVolumes({ filters });
  return [
    ...(await containers()).map(({ Id, State }) => `${Id} ${State}`),
    ...networks.map(({ Name }) => Name),
    ...Volumes.map(({ Name }) => Name),
  ].sort();
}

async function removeContainers(): Promise<void> {
  await Promise.all((await containers()).map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })));
}

async function exec(container: string, command: string[]): Promise<void> {
  const started = await engine.getContainer(container).exec({ Cmd: command });
  await started.start({ Detach: true });
  await waitFor('the command to end', () => started.inspect(), { until: ({ Running }) => !Running });
}

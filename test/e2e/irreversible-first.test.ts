import {
  waitFor,
  startAppFixture,
  type AppFixture,
  type FixtureService,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const APP = 90_141;

let fixture: AppFixture;
let supervisor: SupervisorProcess;

beforeAll(async () => {
  fixture = await startAppFixture(APP);
  supervisor = await fixture.startSupervisor();
});

afterEach(() => fixture.removeAll(supervisor));

afterAll(async () => {
  await supervisor[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

const NETWORKS = { net: { ipam: { config: [{ subnet: '172.28.0.0/24' }] } } };

async function ask(services: Readonly<Record<string, FixtureService>>, release: object): Promise<void> {
  const apps = fixture.target(services, release);
  expect(await supervisor.post('/v2/local/target-state', { local: { apps } })).toMatchObject({ status: 200 });
}

/** Waits until the plan is blocked, and returns it as text. */
async function blocked(): Promise<string> {
  const print = async (): Promise<string> => JSON.stringify(await supervisor.get('/v3/plan'));
  return await waitFor('the plan to be blocked', print, { until: (text) => text.includes('"reason":') });
}

async function stateOf(id: string): Promise<{ readonly isRunning: boolean; readonly startedAt: string }> {
  const { State } = await fixture.docker.getContainer(id).inspect();
  return { isRunning: State.Running, startedAt: State.StartedAt };
}

describe.each(['c1', 'c2'])('an update to release %s that the engine refuses', (commit) => {
  it.each<[string, FixtureService]>([
    ['an unknown capability', { cap_add: ['NOT_A_CAPABILITY'] }],
    ['an unknown runtime', { runtime: 'not-a-runtime' }],
    ['a health check every microsecond', { healthcheck: { test: ['CMD', 'true'], interval: '1us' } }],
    ['a volume in place of the root', { volumes: ['data:/'] }],
    ['an address outside of the network', { networks: { net: { ipv4_address: '10.9.9.9' } } }],
  ])('leaves the container running that there is: %s', async (_, change) => {
    const base = { networks: ['net'] };
    const release = { networks: NETWORKS, volumes: { data: {} } };
    await supervisor.apply(fixture.target({ web: base }, release));
    const { web = '' } = await supervisor.containers();
    const before = await stateOf(web);
    await ask({ web: { ...base, ...change } }, { ...release, commit });
    expect(await blocked()).toMatch(/invalid|backoff/);
    expect(await stateOf(web)).toEqual(before);
    await supervisor.apply(fixture.target({ web: base }, release));
    expect(await stateOf(web)).toEqual(before);
    expect(await fixture.containers()).toEqual(['web_1_1_c1 running']);
  });

  it.each<[string, FixtureService]>([
    ['an unknown setting of the kernel', { sysctls: { 'net.ipv4.not_there': '1' } }],
    ['a program that does not exist', { command: ['/not/there'] }],
  ])('starts the old container again where the new one cannot start: %s', async (_, change) => {
    await supervisor.apply(fixture.target({ web: {} }));
    const { web = '' } = await supervisor.containers();
    const before = await stateOf(web);
    await ask({ web: change }, { commit });
    await waitFor('the old container to run again', () => stateOf(web), {
      until: ({ isRunning, startedAt }) => isRunning && startedAt !== before.startedAt,
    });
    await supervisor.apply(fixture.target({ web: {} }));
    expect(await fixture.containers()).toEqual(['web_1_1_c1 running']);
    expect((await stateOf(web)).isRunning).toBe(true);
  });
});

describe('a network that cannot be replaced', () => {
  const services = { web: { networks: ['net'] }, db: {} };
  const next = (subnet: string) => ({ commit: 'c2', networks: { net: { ipam: { config: [{ subnet }] } } } });

  it('leaves its containers running while a container of others is in it', async () => {
    await supervisor.apply(fixture.target(services, { networks: NETWORKS }));
    const { web = '' } = await supervisor.containers();
    const before = await stateOf(web);
    const networks = await fixture.docker.listNetworks();
    const net = networks.find(({ Name }) => Name.endsWith('_net'))?.Name ?? '';
    const foreign = await fixture.docker.createContainer({ Image: 'app:1', HostConfig: { NetworkMode: net } });
    await foreign.start();
    await ask(services, next('172.29.0.0/24'));
    expect(await blocked()).toContain('a container that is not ours is connected to it');
    expect(await stateOf(web)).toEqual(before);
    await foreign.remove({ force: true });
    await supervisor.applied();
    expect(await fixture.containers()).toEqual(['db_2_1_c2 running', 'web_1_1_c2 running']);
  });

  it('leaves its containers running while another network has its addresses', async () => {
    await supervisor.apply(fixture.target(services, { networks: NETWORKS }));
    const { web = '' } = await supervisor.containers();
    const before = await stateOf(web);
    const taken = await fixture.docker.createNetwork({
      Name: 'taken',
      IPAM: { Driver: 'default', Config: [{ Subnet: '172.27.0.0/16' }] },
    });
    await ask(services, next('172.27.5.0/24'));
    expect(await blocked()).toContain('network taken has them');
    expect(await stateOf(web)).toEqual(before);
    await taken.remove();
    await supervisor.applied();
    expect(await fixture.containers()).toEqual(['db_2_1_c2 running', 'web_1_1_c2 running']);
  });
});

it('a service that shares the network of another gets it back when that one was restarted', async () => {
  const command = ['sh', '-c', 'while [ ! -e /crash ]; do sleep 0.1; done; rm /crash; exit 1'];
  await supervisor.apply(fixture.target({ vpn: { command }, app: { network_mode: 'service:vpn' } }));
  const { app = '' } = await supervisor.containers();
  const before = await stateOf(app);
  await fixture.exec('vpn_1_1_c1', 'touch /crash');
  await waitFor('the service to be restarted', () => stateOf(app), {
    until: ({ isRunning, startedAt }) => isRunning && startedAt !== before.startedAt,
  });
  expect(await fixture.exec('app_2_1_c1', 'ls /sys/class/net')).toContain('eth0');
});

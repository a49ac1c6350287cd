import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  busyboxImage,
  pushImage,
  startAppFixture,
  startCloudStub,
  startRegistryProxy,
  startSupervisor,
  waitFor,
  type AppFixture,
  type FixtureService,
  type ProxiedRequest,
  type RegistryProxy,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startRecordingProxy, type RecordingProxy } from './recording-proxy.ts';

const APP = 90_102;

let fixture: AppFixture;
let registry: RegistryProxy;
let proxy: RecordingProxy;
let supervisor: SupervisorProcess;
/** Not on the engine. */
let remote: string;

beforeAll(async () => {
  fixture = await startAppFixture(APP);
  registry = await startRegistryProxy(inject('registry'));
  remote = `${registry.host}/strategies:1`;
  const files = { '/content': randomBytes(200_000).toString('base64') };
  const options = { tag: 'strategies:1', files, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' };
  await busyboxImage(inject('engineEndpoint'), options);
  await pushImage(inject('engineEndpoint'), inject('registry'), 'strategies:1');
  proxy = await startRecordingProxy(fixture.engine.endpoint, join(fixture.engine.directory, 'recording.sock'));
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

async function isOnEngine(image: string): Promise<boolean> {
  const tags = (await fixture.docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
  return tags.includes(image);
}

function isLayer({ path, length }: ProxiedRequest): boolean {
  return path.includes('/blobs/') && length > 100_000;
}

/** Calls that change something, with containers by their names. */
function writes(names: Readonly<Record<string, string>>): string[] {
  return proxy
    .take()
    .filter(isWrite)
    .map((call) => call.replace(/[0-9a-f]{64}/, (id) => names[id] ?? id));
}

function isWrite(call: string): boolean {
  return !call.startsWith('GET ');
}

function service(strategy: string, more: FixtureService = {}): FixtureService {
  return { ...more, labels: { 'io.balena.update.strategy': strategy, ...more.labels } };
}

describe('on a device of a developer', () => {
  /** Length of what it had said before the test. */
  let said: number;

  beforeAll(async () => {
    supervisor = await fixture.startSupervisor(proxy.endpoint);
  });

  beforeEach(() => {
    said = supervisor.output().length;
  });

  afterEach(async () => {
    await fixture.removeAll(supervisor);
    if (await isOnEngine(remote)) await fixture.docker.getImage(remote).remove();
  });

  afterAll(() => supervisor[Symbol.asyncDispose]());

  const output = (): string => supervisor.output().slice(said);

  /** Has the first release run, and asks for the second. @returns the first container's id, by which calls name it */
  async function update(before: FixtureService, after: FixtureService): Promise<Record<string, string>> {
    await supervisor.apply(fixture.target({ web: before }));
    const { web = '' } = await supervisor.containers();
    await ask({ web: after });
    return { [web]: 'OLD' };
  }

  async function ask(services: Readonly<Record<string, FixtureService>>, commit = 'c2'): Promise<void> {
    proxy.take();
    const apps = fixture.target(services, { commit });
    expect(await supervisor.post('/v2/local/target-state', { local: { apps } })).toMatchObject({ status: 200 });
  }

  it('download-then-kill: nothing of the app stops before all of its images are there', async () => {
    await supervisor.apply(fixture.target({ web: {}, db: {} }));
    const { web = '', db = '' } = await supervisor.containers();
    using held = registry.hold(isLayer);
    await ask({ web: { image: remote }, db: { image: 'app:2' } });
    await waitFor('the download', () => held.count > 0);
    expect(writes({})).toEqual(['POST /images/create']);
    expect(await fixture.containers()).toEqual(['db_2_1_c1 running', 'web_1_1_c1 running']);
    held[Symbol.dispose]();
    await supervisor.applied();
    const calls = writes({ [web]: 'web', [db]: 'db' });
    expect(calls).toContain('POST /containers/web/stop');
    expect(calls).toContain('POST /containers/db/stop');
    expect(await fixture.containers()).toEqual(['db_2_1_c2 running', 'web_1_1_c2 running']);
  });

  it('kill-then-download: the container is gone before its image comes', async () => {
    using held = registry.hold(isLayer);
    const names = await update(service('kill-then-download'), service('kill-then-download', { image: remote }));
    await waitFor('the download', () => held.count > 0);
    expect(writes(names)).toEqual(['POST /containers/OLD/stop', 'DELETE /containers/OLD', 'POST /images/create']);
    expect(await isOnEngine('app:1')).toBe(true);
    held[Symbol.dispose]();
    await supervisor.applied();
    expect(await fixture.containers()).toEqual(['web_1_1_c2 running']);
  });

  it.each([
    ['download-then-kill', ['POST /images/create']],
    ['kill-then-download', []],
    ['delete-then-download', []],
    ['hand-over', ['POST /images/create']],
  ])('%s: a lock that the service holds delays all that the strategy does under locks', async (strategy, meanwhile) => {
    await supervisor.apply(fixture.target({ web: service(strategy) }));
    await fixture.exec('web_1_1_c1', 'touch /tmp/balena/updates.lock');
    const next = { image: remote, labels: { 'io.balena.update.handover-timeout': '0' } };
    await ask({ web: service(strategy, next) });
    await waitFor('the lock to be respected', () => output().includes('Updates are locked, retrying in'));
    if (meanwhile.length > 0) await waitFor('the download', () => isOnEngine(remote));
    const calls: string[] = [];
    await waitFor('the supervisor to be quiet', () => {
      const taken = proxy.take();
      calls.push(...taken);
      return taken.length === 0;
    });
    expect(calls.filter(isWrite)).toEqual(meanwhile);
    expect(await fixture.containers()).toEqual(['web_1_1_c1 running']);
    await fixture.exec('web_1_1_c1', 'rm /tmp/balena/updates.lock');
    await supervisor.applied();
    expect(await fixture.containers()).toEqual(['web_1_1_c2 running']);
    expect(await fixture.heldLocks()).toEqual([]);
  });

  describe('hand-over', () => {
    const SECOND = { image: 'app:2' };
    const BOTH = ['old_web_1_1_c1 running', 'web_1_1_c2 running'];

    function handOver(timeout: number, more: FixtureService = {}): FixtureService {
      return service('hand-over', { ...more, labels: { 'io.balena.update.handover-timeout': String(timeout) } });
    }

    async function restartPolicy(container: string): Promise<string | undefined> {
      return (await fixture.docker.getContainer(container).inspect()).HostConfig.RestartPolicy?.Name;
    }

    async function bothRun(): Promise<void> {
      await waitFor('both to run', () => fixture.containers(), { until: (names) => names.join() === BOTH.join() });
    }

    /** The supervisor has decided to wait, and the old one runs still. */
    async function waits(): Promise<void> {
      await waitFor('the wait', () => output().includes('the old container runs until the new one takes over'));
      expect(await fixture.containers()).toEqual(BOTH);
    }

    it('the new container runs before the old one stops, which goes when the new one says so at once', async () => {
      const command = ['sh', '-c', 'touch /tmp/balena/handover-complete; exec sleep 100000'];
      const names = await update(handOver(600_000), handOver(600_000, { command }));
      await supervisor.applied();
      const calls = writes(names);
      expect(calls.slice(0, 2).sort()).toEqual(['POST /containers/OLD/rename', 'POST /containers/OLD/update']);
      expect(calls.slice(2)).toEqual([
        'POST /containers/create',
        'POST /containers/web_1_1_c2/start',
        'POST /containers/OLD/stop',
        'DELETE /containers/OLD',
      ]);
      expect(await fixture.containers()).toEqual(['web_1_1_c2 running']);
      expect(await fixture.exec('web_1_1_c2', 'ls /tmp/balena')).toBe('');
    });

    it('the old container runs, without locks and without a restart policy, until the new one says so late', async () => {
      await update(handOver(600_000), handOver(600_000, SECOND));
      await waits();
      await waitFor('the locks to be given back', () => fixture.heldLocks(), { until: ({ length }) => length === 0 });
      expect(await restartPolicy('old_web_1_1_c1')).toBe('no');
      await fixture.exec('web_1_1_c2', 'touch /tmp/balena/resin-kill-me');
      await supervisor.applied();
      expect(await fixture.containers()).toEqual(['web_1_1_c2 running']);
      expect(await fixture.exec('web_1_1_c2', 'ls /tmp/balena')).toBe('');
      expect(await restartPolicy('web_1_1_c2')).toBe('always');
    });

    it('the old container goes when the time is up, though the new one never says so', async () => {
      await update(handOver(5000), handOver(5000, SECOND));
      await waits();
      await supervisor.applied();
      expect(await fixture.containers()).toEqual(['web_1_1_c2 running']);
    });

    it('the old container gets its name and restart policy back when the new one is unhealthy', async () => {
      const healthcheck = { test: ['CMD', 'false'], interval: '100ms', retries: 1 };
      const names = await update(handOver(600_000), handOver(600_000, { ...SECOND, healthcheck }));
      await bothRun();
      const [id = ''] = Object.keys(names);
      await waitFor('the old one in its place', () => fixture.docker.getContainer(id).inspect(), {
        until: ({ Name, State, HostConfig: { RestartPolicy } }) =>
          Name === '/web_1_1_c1' && State.Running && RestartPolicy?.Name === 'always',
      });
      expect(writes(names)).not.toContain('POST /containers/OLD/stop');
    });

    it('goes on where it was when the supervisor is killed in the middle', async () => {
      await update(handOver(600_000), handOver(600_000, SECOND));
      await waits();
      await supervisor.kill();
      await fixture.exec('web_1_1_c2', 'touch /tmp/balena/handover-complete');
      await supervisor.start();
      await supervisor.applied();
      expect(await fixture.containers()).toEqual(['web_1_1_c2 running']);
    });

    it('the old container is stopped first, and it is said, when both would publish one port', async () => {
      const ports = ['18991:80'];
      const names = await update(handOver(600_000, { ports }), handOver(600_000, { ...SECOND, ports }));
      await supervisor.applied();
      expect(writes(names)).toEqual([
        'POST /containers/create',
        'POST /containers/OLD/stop',
        'POST /containers/web_1_1_c2/start',
        'DELETE /containers/OLD',
      ]);
      expect(output()).toContain(
        "Service 'web': labels io.balena.update.strategy hand-over: both containers would publish port 18991, " +
          'so the old one is stopped first',
      );
    });
  });
});

it('delete-then-download, on a device of a cloud: the old image is gone before the new one comes', async () => {
  await using cloud = await startCloudStub();
  const fleet = cloud.createFleet();
  const device = cloud.createDevice(fleet);
  const labels = { 'io.balena.update.strategy': 'delete-then-download' };
  await fixture.buildImage({ tag: 'deleted:1', labels: { deleted: '1' } });
  cloud.createRelease(fleet, { services: { web: { image: 'deleted:1', labels } } });
  const boot = join(fixture.engine.directory, 'boot');
  await mkdir(boot);
  const { uuid, key: deviceApiKey, id: deviceId } = device;
  const identity = { uuid, deviceApiKey, deviceId, registered_at: 1, deviceType: 'generic-amd64' };
  await writeFile(join(boot, 'config.json'), JSON.stringify({ apiEndpoint: cloud.endpoint, ...identity }));
  await using managed = await startSupervisor({
    engineEndpoint: proxy.endpoint,
    environment: { BOOT_MOUNTPOINT: boot },
  });
  const containers = (): Promise<string[]> => fixture.containers();
  await waitFor('the first release', containers, { until: ([web = '']) => web.endsWith(' running') });

  using removal = proxy.hold((call) => call.startsWith('DELETE /images/'));
  using held = registry.hold(isLayer);
  cloud.createRelease(fleet, { services: { web: { image: remote, labels } } });
  await managed.kill();
  proxy.take();
  await managed.start();
  await waitFor('the removal of the old image', () => removal.count > 0);
  const calls = proxy.take();
  // It looks at the engine when something happens there; what it does beside the removal it has begun by then.
  await fixture.docker.createVolume({ Name: 'something-happens' });
  await waitFor('another look at the engine', () => {
    calls.push(...proxy.take());
    return calls.lastIndexOf('GET /containers/json') > calls.findIndex((call) => call.startsWith('DELETE /images/'));
  });
  expect(calls.filter(isWrite).map((call) => call.replace(/[0-9a-f]{64}/, '…'))).toEqual([
    'POST /containers/…/stop',
    'DELETE /containers/…',
    'DELETE /images/deleted%3A1',
  ]);
  removal[Symbol.dispose]();
  await waitFor('the download', () => held.count > 0);
  expect(await containers()).toEqual([]);
  expect(writes({})).toEqual(['POST /images/create']);
  expect(await isOnEngine('deleted:1')).toBe(false);
  held[Symbol.dispose]();
  await waitFor('the second release', containers, { until: ([web = '']) => web.endsWith(' running') });
  expect(await isOnEngine(remote)).toBe(true);
});

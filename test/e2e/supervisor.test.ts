import { mkdir, mkdtemp, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bundleSupervisor,
  busyboxImage,
  connectEngine,
  startSupervisor,
  startTestEngine,
  waitFor,
  type SupervisorProcess,
  type TestEngine,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRecordingProxy } from './recording-proxy.ts';

/** Far from the ids that other tests use: locks lie in the machine's own directory. */
const APP = 90_001;
const LOCKS = `/tmp/balena-supervisor/services/${APP}`;

let engine: TestEngine;

beforeAll(async () => {
  await bundleSupervisor();
  engine = await startTestEngine();
  // Ends at once when it is asked to, so that no test waits for an engine's patience.
  await busyboxImage(engine.endpoint, { tag: 'e2e:1', cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(LOCKS, { recursive: true, force: true });
});

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

function apps(services: Readonly<Record<string, Service>>): object {
  const entries = Object.entries(services).map(([serviceName, service], index) => [
    index + 1,
    { serviceName, imageId: index + 1, image: 'e2e:1', environment: {}, labels: {}, ...service },
  ]);
  return {
    [APP]: {
      name: 'e2e',
      commit: 'c1',
      releaseId: '1',
      services: Object.fromEntries(entries),
      volumes: { data: {} },
      networks: {},
    },
  };
}

async function removeAll(supervisor: SupervisorProcess): Promise<void> {
  await supervisor.apply({});
  expect(await connectEngine(engine.endpoint).listContainers({ all: true })).toEqual([]);
}

describe('a supervisor', () => {
  it('brings services up, with the network, volume and lock directories that they need', async () => {
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    await supervisor.apply(
      apps({ web: { volumes: ['data:/data'], labels: { 'io.balena.features.supervisor-api': '1' } }, db: {} }),
    );
    const { web = '', db = '' } = await supervisor.containers();
    const docker = connectEngine(engine.endpoint);
    const inspected = await docker.getContainer(web).inspect();
    expect(inspected.State.Running).toBe(true);
    expect(Object.keys(inspected.NetworkSettings.Networks).sort()).toEqual([`${APP}_default`, 'supervisor0']);
    expect(inspected.Mounts.find(({ Type }) => Type === 'volume')).toMatchObject({
      Name: `${APP}_data`,
      Destination: '/data',
    });
    expect((await docker.getContainer(db).inspect()).State.Running).toBe(true);
    expect((await stat(join(LOCKS, 'web'))).mode & 0o7777).toBe(0o1777);
    expect((await stat(join(supervisor.directory, 'data/database.sqlite'))).mode & 0o777).toBe(0o600);
    await removeAll(supervisor);
  });

  it('replaces only the container whose service changed', async () => {
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    await supervisor.apply(apps({ web: { environment: { A: '1' } }, db: {} }));
    const before = await supervisor.containers();
    await supervisor.apply(apps({ web: { environment: { A: '2' } }, db: {} }));
    const after = await supervisor.containers();
    expect(after['db']).toBe(before['db']);
    expect(after['web']).not.toBe(before['web']);
    await removeAll(supervisor);
  });

  it('asks the engine for lists alone when the same target comes again: of images, and what may have changed', async () => {
    const socket = join(engine.directory, 'recording.sock');
    await using proxy = await startRecordingProxy(engine.endpoint, socket);
    await using supervisor = await startSupervisor({ engineEndpoint: proxy.endpoint });
    const target = apps({ web: {}, db: {}, worker: {} });
    await supervisor.apply(target);
    // The engine's events of the last start may still make it look once more.
    await waitFor('the supervisor to be quiet', () => proxy.take().length === 0, { until: (quiet) => quiet });
    await supervisor.apply(target);
    const requests = proxy.take();
    expect(requests).toContain('GET /images/json');
    const lists = ['GET /containers/json', 'GET /images/json', 'GET /networks', 'GET /volumes'];
    expect(requests.filter((one) => !lists.includes(one))).toEqual([]);
    await removeAll(supervisor);
  });

  it('comes up when the locks of its last run cannot be looked for, and says so', async () => {
    const rootMount = await mkdtemp(join(engine.directory, 'root-'));
    const parent = join(rootMount, 'tmp/balena-supervisor');
    await mkdir(parent, { recursive: true });
    await writeFile(join(parent, 'services'), 'not a directory');
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint, rootMount });
    expect(supervisor.output()).toContain(`Fault: update locks cannot be kept at ${join(parent, 'services')}`);
    expect(await supervisor.get('/v2/version')).toMatchObject({ status: 'success' });
  });

  it('continues when its output is closed', async () => {
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    supervisor.closeOutput();
    await supervisor.apply(apps({ web: {} }));
    expect(Object.keys(await supervisor.containers())).toEqual(['web']);
    await removeAll(supervisor);
    expect(await supervisor.terminate()).toBe(0);
  });

  it('ends on SIGTERM with exit code 0, and leaves containers running', async () => {
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    await supervisor.apply(apps({ web: {} }));
    const { web = '' } = await supervisor.containers();
    expect(await supervisor.terminate()).toBe(0);
    expect((await connectEngine(engine.endpoint).getContainer(web).inspect()).State.Running).toBe(true);
    await supervisor.start();
    await supervisor.applied();
    expect(await supervisor.containers()).toEqual({ web });
    await removeAll(supervisor);
  });

  it('waits for an update lock that a service made, and goes on when it is gone', async () => {
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    await supervisor.apply(apps({ web: {} }));
    const before = await supervisor.containers();
    const lock = join(LOCKS, 'web/updates.lock');
    await mkdir(lock);
    await supervisor.post('/v2/local/target-state', { local: { apps: apps({ web: { environment: { A: '1' } } }) } });
    await waitFor('the lock to be respected', () => supervisor.output().includes('Updates are locked, retrying in'));
    expect(await supervisor.containers()).toEqual(before);
    await rmdir(lock);
    await supervisor.applied();
    expect(await supervisor.containers()).not.toEqual(before);
    await expect(stat(lock)).rejects.toThrow(/ENOENT/);
    await removeAll(supervisor);
  });
});

describe('what is wrong with one service', () => {
  it('is said by service and field, and the others run', async () => {
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    const target = apps({
      good: { ports: ['18981:80'] },
      lost: { image: 'no-such-image:1' },
      absent: { image: 'other-image:1', pull_policy: 'never' },
      taken: { ports: ['18981:80'] },
      a: { depends_on: ['b'] },
      b: { depends_on: ['a'] },
      nonsense: { mem_limit: 'much' },
    });
    await supervisor.post('/v2/local/target-state', { local: { apps: target } });
    const said = [
      "Failed to download image 'no-such-image:1' due to",
      "Service 'absent' has to wait: pull_policy: never, and image other-image:1 is not on the device",
      "Service 'a' has to wait: depends_on: cycle a → b → a",
      "Service 'nonsense' has to wait: mem_limit: 'much' is not a size",
    ];
    for (const message of said) await waitFor(message, () => supervisor.output().includes(message));
    await waitFor('one of the two that want the port to be refused', () =>
      /Failed to start service '(good|taken)' due to '[^']*port 18981/.test(supervisor.output()),
    );
    const docker = connectEngine(engine.endpoint);
    const running = await waitFor(
      'the other one of the two to run',
      async () => (await docker.listContainers()).filter(({ Names: [name = ''] }) => /^\/(good|taken)_/.test(name)),
      { until: (containers) => containers.length === 1 },
    );
    expect(running).toHaveLength(1);
    await removeAll(supervisor);
  });

  it.each([
    ['malformed JSON', '{"local"', /JSON/],
    ['a list', [], /must be (a JSON object|an object)/],
    ['nothing', {}, /local: is missing/],
    ['an app id that is no number', { local: { apps: { x: {} } } }, /local\.apps\.x/],
    ['a null service', { local: { apps: { 1: { name: 'a', services: { 1: null } } } } }, /local\.apps\.1\.services\.1/],
  ])('in a body: %s is answered with 400, and changes nothing', async (_, body, message) => {
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    const answer = await supervisor.post('/v2/local/target-state', body);
    expect(answer).toMatchObject({ status: 400, body: { status: 'failed', message: expect.stringMatching(message) } });
    expect(await supervisor.get('/v2/local/target-state')).toMatchObject({ state: { local: { apps: {} } } });
  });
});

import { mkdir, readdir, readFile } from 'node:fs/promises';
import {
  startCloudFixture,
  waitFor,
  type CloudFixture,
  type DeviceProcess,
  type Fleet,
  type Release,
  type StubDevice,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let fixture: CloudFixture;
let cloud: CloudFixture['cloud'];
/** References by digest. */
let [web1, web2, db1] = ['', '', ''];

beforeAll(async () => {
  fixture = await startCloudFixture();
  cloud = fixture.cloud;
  web1 = await fixture.publish('web:1');
  web2 = await fixture.publish('web:2');
  db1 = await fixture.publish('db:1');
});

afterAll(() => fixture[Symbol.asyncDispose]());

/** Each step continues from the one before. */
describe('the life of a device', () => {
  let fleet: Fleet;
  let first: Release;
  let supervisor: DeviceProcess;
  let device: StubDevice;
  /** Container ids by service. */
  let running: Record<string, string>;
  /** How many of its log messages were looked at. */
  let looked = 0;

  beforeAll(async () => {
    // The next poll is far away: the cloud notifies the device.
    fleet = cloud.createFleet({ name: 'first' });
    first = release('c1', web1);
    supervisor = await fixture.startDevice(fleet);
    device = await supervisor.registered();
    device.origin = supervisor.url('');
  });

  afterAll(() => supervisor[Symbol.asyncDispose]());

  function release(commit: string, image: string): Release {
    const web = { image, composition: { volumes: ['data:/data'] } };
    return cloud.createRelease(fleet, { commit, services: { web, db: { image: db1 } }, volumes: { data: {} } });
  }

  /** Asks something of the device's API, as a person does through the cloud. */
  async function ask(path: string, call: { method?: string; data?: unknown } = {}): Promise<unknown> {
    const response = await fetch(`${cloud.endpoint}/supervisor${path}?apikey=${cloud.userKey}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uuid: device.uuid, ...call }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text.startsWith('{') ? JSON.parse(text) : text;
  }

  /** The log lines since the last call, in order, once `last` is among them. */
  async function told(last: string): Promise<StubDevice['logs']> {
    const news = (): StubDevice['logs'] => device.logs.slice(looked);
    await waitFor(`the message '${last}'`, () => news().some(({ message }) => message.startsWith(last)));
    return news();
  }

  /** The lines of the supervisor about a service and its images. */
  function about(service: string, messages: StubDevice['logs']): string[] {
    const subject = new RegExp(`'${service}[' ]|/${service}[@:]`);
    return messages.flatMap(({ message, isSystem }) => (isSystem && subject.test(message) ? [message] : []));
  }

  /** Waits for the report that it runs the release; it comes up to ten seconds after the one before. */
  async function reportedAsRunning({ commit }: Release): Promise<void> {
    const isTold = (): boolean => device.running === commit && device.updateStatuses.get(commit) === 'done';
    await waitFor(`${commit} to be reported`, isTold);
  }

  /** Its last report of a release. */
  function lastReportOf(commit: string): unknown {
    return device.reports.flatMap(({ apps }) => apps?.[fleet.uuid]?.releases?.[commit] ?? []).at(-1);
  }

  it('begins with its registration, and with the release of its fleet', async () => {
    expect(JSON.parse(await readFile(supervisor.configJson, 'utf8'))).not.toHaveProperty('apiKey');
    running = await fixture.running(first);
    const messages = await told('The device is at its target state');
    const images = { web: web1, db: db1 };
    for (const [service, image] of Object.entries(images)) {
      expect(about(service, messages)).toEqual([
        `Downloading image '${image}'`,
        `Downloaded image '${image}'`,
        `Installing service '${service} ${image}'`,
        `Installed service '${service} ${image}'`,
        `Starting service '${service}'`,
        `Started service '${service}'`,
      ]);
      const serviceId = first.services[service]?.id;
      const own = (): unknown => device.logs.find(({ message }) => message === `${service}:1 is up`);
      expect(await waitFor(`what ${service} writes`, own)).toMatchObject({ isSystem: false, serviceId });
    }
  });

  it('has the tags and the name that the cloud has, and lets a person do without a new release', async () => {
    await ask('/v2/device/tags', { method: 'PATCH', data: { room: 'kitchen' } });
    await waitFor('the tag to arrive', () => device.tags.get('room')?.value === 'kitchen');
    const { id } = device.tags.get('room') ?? {};
    expect(await ask('/v2/device/tags', { method: 'GET' })).toMatchObject({
      tags: [{ id, name: 'room', value: 'kitchen' }],
    });

    cloud.change(device, () => (device.name = 'toaster'));
    const name = (): Promise<unknown> => ask('/v2/device/name', { method: 'GET' });
    await waitFor('the new name', name, { until: (answer) => JSON.stringify(answer).includes('"toaster"') });
    expect(await fixture.running(first)).toEqual(running);

    expect(await ask('/v1/blink')).toBe('OK');
    const { imageId } = first.services['web'] ?? {};
    looked = device.logs.length;
    expect(await ask(`/v2/applications/${fleet.id}/restart-service`, { data: { appId: fleet.id, imageId } })).toBe(
      'OK',
    );
    const restarted = await fixture.running(first);
    expect(restarted).toEqual({ web: expect.any(String), db: running['db'] });
    expect(restarted['web']).not.toBe(running['web']);
    running = restarted;
    await reportedAsRunning(first);
    // The old container is removed after the new one has started.
    await told('The device is at its target state');
    expect(device.reported.get('api_secret')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('goes on with an update that changes one service, when that allows it or a person insists', async () => {
    const locks = `/tmp/balena-supervisor/services/${fleet.id}/web`;
    const db = fixture.docker.getContainer(running['db'] ?? '');
    const { State: before } = await db.inspect();
    // While the supervisor holds the lock, services cannot take it.
    await waitFor('the lock', async () => [await mkdir(`${locks}/updates.lock`)]);
    looked = device.logs.length;
    const second = release('c2', web2);
    await told('Updates are locked, retrying in ');
    expect(await fixture.containers()).toEqual(running);
    await ask('/v1/update', { data: { force: true } });
    const after = await fixture.running(second);
    // A forced update removes the lock, and at its end those of the supervisor.
    await waitFor('the locks to be free', () => readdir(locks), { until: (names) => names.length === 0 });

    expect(after['db']).toBe(running['db']);
    expect((await db.inspect()).State).toEqual(before);
    const messages = await told('The device is at its target state');
    expect(about('db', messages)).toEqual([]);
    expect(about('web', messages).filter((message) => !message.startsWith('Delet'))).toEqual([
      expect.stringMatching(/^Updates are locked, retrying in \d+ s \(Service 'web': /),
      `Downloading image '${web2}'`,
      `Downloaded image '${web2}'`,
      `Installing service 'web ${web2}'`,
      `Installed service 'web ${web2}'`,
      expect.stringMatching(/^Killing service 'web' \(image /),
      `Killed service 'web'`,
      `Starting service 'web'`,
      `Started service 'web'`,
      `Removing service 'web'`,
      `Removed service 'web'`,
    ]);
    expect(about('web', messages)).toContain(`Deleted image '${web1}'`);
    await reportedAsRunning(second);
    expect(lastReportOf('c2')).toEqual({
      update_status: 'done',
      services: {
        web: { image: web2, status: 'Running', download_progress: null },
        db: { image: db1, status: 'Running', download_progress: null },
      },
    });
    running = after;
  });

  it('runs what it ran when a release is broken, and says why; also after a restart', async () => {
    const image = `${fixture.registry}/v2/gone:1`;
    looked = device.logs.length;
    release('c3', image);
    const failure = `Failed to download image '${image}' due to 'image ${image} cannot be pulled: `;
    const messages = await told(failure);
    expect(messages.map(({ message }) => message)).toContain(`Downloading image '${image}'`);
    expect(messages.find(({ message }) => message.startsWith(failure))?.message).toMatch(
      /manifest unknown.*\. Check the name and tag of the image', retrying in \d+ s$/,
    );
    expect(await supervisor.terminate()).toBe(0);
    await supervisor.start();
    device.origin = supervisor.url('');
    await waitFor('the broken release to be reported', () => device.updateStatuses.get('c3') === 'downloading');
    const reported = device.reports.map(({ apps }) => apps?.[fleet.uuid]?.releases?.['c3']?.update_status);
    expect(reported).not.toContain('done');
    expect(lastReportOf('c3')).toMatchObject({ update_status: 'downloading', services: { db: { image: db1 } } });
    expect(JSON.stringify(lastReportOf('c3'))).not.toMatch(/gone:1","status":"(?!Downloading)/);
    expect(device.running).toBe('c2');
    expect(await fixture.containers()).toEqual(running);

    // A target that comes from the cloud begins the update again; the first one after a start comes soon.
    const cancel = async (): Promise<unknown> => {
      await ask('/v1/update', { data: { cancel: true } });
      return await ask('/v2/applications/state', { method: 'GET' });
    };
    await waitFor('the update to be given up', cancel, {
      until: (answer) => JSON.stringify(answer).includes('"updateStatus":"aborted"'),
    });
    expect(await fixture.containers()).toEqual(running);
  });

  it('ends in one fleet and begins in another, which it has all to itself', async () => {
    const { docker } = fixture;
    const names = async (): Promise<unknown> => ({
      networks: (await docker.listNetworks()).flatMap(({ Name }) => (Name.includes('_') ? [Name] : [])),
      volumes: (await docker.listVolumes()).Volumes.map(({ Name }) => Name),
      images: (await docker.listImages()).flatMap(({ RepoDigests }) => RepoDigests ?? []),
    });
    expect(await names()).toEqual({
      networks: [`${fleet.uuid}_default`],
      volumes: [`${fleet.id}_data`],
      images: expect.arrayContaining([web2, db1]),
    });
    const other = cloud.createFleet({ name: 'second' });
    const moved = cloud.createRelease(other, { commit: 'd1', services: { web: { image: web1 } } });
    looked = device.logs.length;
    cloud.change(device, () => (device.fleet = other));
    expect(await fixture.running(moved)).toEqual({ web: expect.any(String) });
    const messages = await told('The device is at its target state');
    expect(await names()).toEqual({ networks: [`${other.uuid}_default`], volumes: [], images: [web1] });
    expect(about('db', messages)).toEqual([
      expect.stringMatching(/^Killing service 'db' \(the app is not in the target\)$/),
      `Killed service 'db'`,
      `Removing service 'db'`,
      `Removed service 'db'`,
      `Deleting image '${db1}'`,
      `Deleted image '${db1}'`,
    ]);
    expect(messages.map(({ message }) => message)).toEqual(
      expect.arrayContaining([`Removed network '${fleet.uuid}_default'`, `Removed volume '${fleet.id}_data'`]),
    );
    await reportedAsRunning(moved);
  });

  it('was reported in order, once, without faults and without secrets', () => {
    const commits = device.reports.flatMap(({ apps = {} }) =>
      Object.values(apps).flatMap(({ release_uuid: commit }) => commit ?? []),
    );
    expect(commits.filter((commit, index) => commit !== commits[index - 1])).toEqual(['c1', 'c2', 'd1']);
    const own = device.logs.filter(({ isSystem }) => !isSystem).map(({ message }) => message);
    expect(own.filter((message) => message.startsWith('web'))).toEqual(
      [1, 1, 2, 1].map((version) => `web:${version} is up`),
    );
    expect(own.filter((message) => message.startsWith('db'))).toEqual(['db:1 is up']);
    expect(supervisor.output()).not.toContain('Fault');
    expect(supervisor.output()).not.toContain(device.key);
  });
});

describe('a cloud', () => {
  /** A device learns soon of what it is to be. */
  function createFleet(): Fleet {
    return cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });
  }

  function release(fleet: Fleet, commit: string, image: string): Release {
    return cloud.createRelease(fleet, { commit, services: { web: { image } } });
  }

  it('that cannot be reached keeps no app from starting, and nothing from going on when it is back', async () => {
    const fleet = createFleet();
    const first = release(fleet, 'o1', web1);
    await using supervisor = await fixture.startDevice(fleet);
    await supervisor.registered();
    await fixture.running(first);
    await supervisor.kill();
    await cloud.goAway();
    const { docker } = fixture;
    for (const id of Object.values(await fixture.containers())) await docker.getContainer(id).remove({ force: true });

    await supervisor.start();
    await fixture.running(first);
    const outage = 'Failed asking the cloud for the target';
    await waitFor('the message about the outage', () => supervisor.output().includes(outage));
    const second = release(fleet, 'o2', web2);
    await cloud.comeBack();
    // A restart of the supervisor retries at once.
    await supervisor.kill();
    await supervisor.start();
    await fixture.running(second);
    expect(supervisor.output()).not.toContain('Fault');
  });

  it('that is at fault registers devices when that is over', async () => {
    const fleet = createFleet();
    const only = release(fleet, 'l1', web1);
    cloud.breakWith('register', { kind: 'status', status: 503 });
    const before = cloud.count('register');
    await using supervisor = await fixture.startDevice(fleet);
    await waitFor('another attempt', () => cloud.count('register') > before + 1);
    cloud.heal();
    await supervisor.registered();
    expect(await fixture.running(only)).toEqual({ web: expect.any(String) });
  });

  it('whose registry config.json does not name refuses an image, and the log says what is missing', async () => {
    const fleet = createFleet();
    const image = await fixture.publish('hidden:1');
    release(fleet, 'r1', image);
    await using supervisor = await fixture.startDevice(fleet, { config: { registryEndpoint: null } });
    const { logs } = await supervisor.registered();
    const failures = (): string[] =>
      logs.flatMap(({ message }) => (message.startsWith(`Failed to download image '${image}'`) ? [message] : []));
    await waitFor('the failed pull', () => failures().length > 0);
    expect(failures()[0]).toContain('config.json names no registryEndpoint');
  });
});
